using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.ControlPlane.Catalog;

/// <summary>
/// The spec in force: the documents in the catalog and those of files, which are in force too and cannot be changed
/// here. What would not go together with the rest never comes into force.
/// </summary>
public sealed partial class SpecLibrary : ISpecLibrary, IAsyncDisposable
{
    private readonly SpecLibraryOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly SpecVersions versions;
    private readonly SpecSources sources;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock changing = new();
    private readonly Task loop;
    private ImmutableSortedDictionary<string, SpecVersion> newest;
    private volatile ImmutableSortedDictionary<string, SpecVersion> files;
    private ImmutableArray<SpecProblem> others;
    private volatile SpecComposition inForce;
    private volatile IReadOnlyList<SpecProblem> problems = [];

    private SpecLibrary(CatalogDatabase database, SpecLibraryOptions options, TimeProvider time, ILogger log)
    {
        this.options = options;
        this.time = time;
        this.log = log;
        versions = new SpecVersions(database, options.Limits);
        sources = new SpecSources(options);
        newest = versions.Newest();
        files = sources.Look();
        (inForce, others) = SpecComposition.Most(Wanted(newest, files), options);
        TellProblems(others);
        loop = options.Files.Count == 0 ? Task.CompletedTask : Task.Run(LoopAsync);
    }

    /// <summary>Opens the library. Documents that do not go together are left out, and <see cref="Problems"/> says so.
    /// </summary>
    /// <exception cref="CatalogException">The catalog cannot be read.</exception>
    public static SpecLibrary Open(
        CatalogDatabase database, SpecLibraryOptions options, TimeProvider time, ILogger<SpecLibrary> log) =>
        new(database, options, time, log);

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public SpecInForce Current => inForce.Spec;

    /// <inheritdoc/>
    public IReadOnlyList<SpecVersion> Documents => inForce.Documents;

    /// <inheritdoc/>
    public ImmutableArray<SpecProblem> Problems => [.. problems];

    /// <inheritdoc/>
    /// <exception cref="CatalogException">The catalog cannot be read.</exception>
    public IReadOnlyList<SpecVersion> Versions(string name)
    {
        return files.GetValueOrDefault(name) is { } file && inForce.Documents.Contains(file)
            ? [file] : versions.Of(name);
    }

    /// <inheritdoc/>
    public ImmutableArray<SpecProblem> Check(string name, string yaml)
    {
        if (!CatalogText.IsName(name))
            name = CatalogText.NameOf(name, CatalogText.NameCharactersMax, "document");
        return SpecComposition.Of(With(inForce, Draft(name, yaml)), options).Problems;
    }

    /// <inheritdoc/>
    public SpecVersion Put(string name, string yaml, string author, string comment, int? replaces)
    {
        CatalogText.RequireName("a document", name);
        CatalogText.RequireLength("the author", author, options.Limits.AuthorCharactersMax);
        CatalogText.RequireLength("the comment", comment, options.Limits.CommentCharactersMax);
        SpecVersion put;
        lock (changing)
        {
            RequireNoFile(name);
            SpecVersion? before = newest.GetValueOrDefault(name);
            if (before is { IsRemoval: false } && before.Yaml == yaml && inForce.Documents.Contains(before))
                return before;
            RequireSeen(name, before, replaces);
            put = new SpecVersion(
                name, (before?.Version ?? 0) + 1, yaml, author, CatalogTime.Kept(time.GetUtcNow()), comment, false);
            SpecComposition now = RequireGood(With(inForce, put));
            versions.Add(put);
            newest = newest.SetItem(name, put);
            Become(now);
        }
        Changed?.Invoke();
        return put;
    }

    /// <inheritdoc/>
    /// <exception cref="CatalogException">It comes from a file, or the catalog cannot be written.</exception>
    public bool Remove(string name, string author)
    {
        CatalogText.RequireLength("the author", author, options.Limits.AuthorCharactersMax);
        lock (changing)
        {
            RequireNoFile(name);
            if (newest.GetValueOrDefault(name) is not { IsRemoval: false } before)
                return false;
            SpecComposition now = RequireGood(inForce.Documents.Where(one => one.Name != name));
            SpecVersion removal = new(
                name, before.Version + 1, "", author, CatalogTime.Kept(time.GetUtcNow()), "", IsRemoval: true);
            versions.Add(removal);
            newest = newest.SetItem(name, removal);
            Become(now);
        }
        Changed?.Invoke();
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private static bool IsIn(SpecComposition all, string name) => all.Documents.Any(one => one.Name == name);

    /// <summary>All that should be in force; a file's document hides one of its name in the catalog.</summary>
    private static IEnumerable<SpecVersion> Wanted(
        ImmutableSortedDictionary<string, SpecVersion> newest, ImmutableSortedDictionary<string, SpecVersion> files) =>
        newest.Where(static one => !one.Value.IsRemoval).ToImmutableSortedDictionary(StringComparer.Ordinal)
            .SetItems(files).Values;

    private static IEnumerable<SpecVersion> With(SpecComposition all, SpecVersion document) =>
        all.Documents.Where(one => one.Name != document.Name).Append(document);

    private static SpecVersion Draft(string name, string yaml) => new(name, 0, yaml, "", default, "", false);

    private void RequireNoFile(string name)
    {
        if (files.GetValueOrDefault(name) is { } file)
        {
            throw new CatalogException(
                CatalogError.Conflict, $"document {name} comes from {file.Author}: change or remove it there");
        }
    }

    private static void RequireSeen(string name, SpecVersion? before, int? replaces)
    {
        if (replaces is null || replaces == (before?.Version ?? 0) || (replaces == 0 && before!.IsRemoval))
            return;
        throw new CatalogException(CatalogError.Conflict, before is null
            ? $"there is no document {name}, so its version {replaces} cannot be replaced"
            : $"document {name} is at version {before.Version} by {before.Author}, and what was sent replaces version "
                + $"{replaces}: read it, and send a change of that one");
    }

    private SpecComposition RequireGood(IEnumerable<SpecVersion> documents)
    {
        SpecComposition now = SpecComposition.Of(documents, options);
        return now.IsGood ? now : throw new SpecRejectedException(now.Problems);
    }

    /// <summary>Takes up a good composition, and with it what was left out so far, should that be good by now.
    /// </summary>
    private void Become(SpecComposition now)
    {
        if (!others.IsEmpty)
        {
            SpecComposition all = SpecComposition.Of(Wanted(newest, files), options);
            if (all.IsGood)
            {
                now = all;
                others = [];
            }
            else
            {
                others = all.Problems;
            }
        }
        inForce = now;
        TellProblems(others);
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            await Task.Delay(options.Limits.FilesEvery, time, stop.Token).ConfigureAwait(false);
            if (LookAtFiles())
                Changed?.Invoke();
        }
    }

    /// <returns>Whether the spec in force is another one now.</returns>
    private bool LookAtFiles()
    {
        lock (changing)
        {
            ImmutableSortedDictionary<string, SpecVersion> now = sources.Look();
            if (now.SequenceEqual(files))
            {
                TellProblems(others);
                return false;
            }
            SpecVersion[] wanted = [.. Wanted(newest, now)];
            (SpecComposition most, ImmutableArray<SpecProblem> rest) = SpecComposition.Most(wanted, options);
            if (wanted.Any(one => IsIn(inForce, one.Name) && !IsIn(most, one.Name)))
            {
                // A change that puts something out of force waits until all goes together.
                TellProblems(rest);
                return false;
            }
            files = now;
            others = rest;
            inForce = most;
            TellProblems(others);
            return true;
        }
    }

    private void TellProblems(ImmutableArray<SpecProblem> ofDocuments)
    {
        SpecProblem[] now = [.. sources.Problems, .. ofDocuments, .. Hidden()];
        foreach (SpecProblem problem in now.Except(problems))
            LogProblem(problem);
        problems = now;
    }

    private IEnumerable<SpecProblem> Hidden() => files.Values
        .Where(file => newest.GetValueOrDefault(file.Name) is { IsRemoval: false })
        .Select(static file => new SpecProblem(
            new SourcePosition(file.Name, 1, 1),
            $"{file.Author} is in force instead of the library's document of that name; rename the file to have both"));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Spec: {Problem}")]
    private partial void LogProblem(SpecProblem problem);
}
