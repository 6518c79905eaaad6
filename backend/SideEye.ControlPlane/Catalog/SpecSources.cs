using System.Collections.Immutable;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.ControlPlane.Catalog;

/// <summary>
/// Documents from files and folders. A file that cannot be used keeps what it said last, so that a typing error does
/// not change what is captured. Texts are compared, not times: files behind symbolic links, as Kubernetes mounts them,
/// change without a change of their own time.
/// </summary>
/// <remarks>For one thread at a time.</remarks>
internal sealed class SpecSources(SpecLibraryOptions options)
{
    private static readonly EnumerationOptions Plain = new() { AttributesToSkip = FileAttributes.Hidden };

    // A little more than may be is enough to say that this is too much.
    private readonly char[] buffer = new char[options.Files.Count == 0 ? 0 : options.Limits.DocumentCharactersMax + 1];

    private ImmutableDictionary<string, SpecVersion> good = ImmutableDictionary<string, SpecVersion>.Empty;

    /// <summary>What is wrong with files now.</summary>
    public ImmutableArray<SpecProblem> Problems { get; private set; } = [];

    /// <summary>The documents of all files, by name; each is good by itself.</summary>
    public ImmutableSortedDictionary<string, SpecVersion> Look()
    {
        List<SpecProblem> problems = [];
        ImmutableDictionary<string, SpecVersion>.Builder now = ImmutableDictionary.CreateBuilder<string, SpecVersion>();
        ImmutableSortedDictionary<string, SpecVersion>.Builder named =
            ImmutableSortedDictionary.CreateBuilder<string, SpecVersion>(StringComparer.Ordinal);
        foreach (string file in options.Files.SelectMany(path => FilesOf(path, problems)).Distinct())
        {
            if (Read(file, problems) is not { } document)
                continue;
            now[file] = document;
            if (!named.TryAdd(document.Name, document))
            {
                Add(problems, document.Name, $"{file} is left out: {named[document.Name].Author} has the same name");
            }
        }
        good = now.ToImmutable();
        Problems = [.. problems];
        return named.ToImmutable();
    }

    private string[] FilesOf(string path, List<SpecProblem> problems)
    {
        if (!Directory.Exists(path))
            return [path];
        try
        {
            string[] files =
            [
                .. Directory.EnumerateFiles(path, "*", Plain).Where(IsDocument).Take(options.Limits.DocumentsMax + 1)
                    .Order(StringComparer.Ordinal),
            ];
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Add(problems, path, $"the folder cannot be read, its last good content holds: {e.Message}");
            return [.. good.Keys.Where(file => Path.GetDirectoryName(file) == path.TrimEnd('/'))];
        }
    }

    private SpecVersion? Read(string file, List<SpecProblem> problems)
    {
        SpecVersion? before = good.GetValueOrDefault(file);
        string name = CatalogText.NameOf(Path.GetFileName(file), CatalogText.NameCharactersMax, "file");
        try
        {
            string text = ReadText(file);
            if (text == before?.Yaml)
                return before;
            SpecVersion document = new(
                name, (before?.Version ?? 0) + 1, text, $"file {file}", CatalogTime.Kept(ChangedAt(file)), "", false);
            SpecReading reading = SpecComposition.Read(document, options.Limits);
            if (reading.IsGood)
                return document;
            problems.AddRange(reading.Problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Add(problems, name, $"{file} cannot be read: {e.Message}");
        }
        return before;
    }

    private string ReadText(string file)
    {
        if (!File.Exists(file))
            throw new IOException("there is no such file");
        using StreamReader reader = new(file);
        return new string(buffer, 0, reader.ReadBlock(buffer));
    }

    private static DateTimeOffset ChangedAt(string file) => new(File.GetLastWriteTimeUtc(file), TimeSpan.Zero);

    private static bool IsDocument(string file) =>
        file.EndsWith(".yaml", StringComparison.Ordinal) || file.EndsWith(".yml", StringComparison.Ordinal);

    private static void Add(List<SpecProblem> problems, string file, string message) =>
        problems.Add(new SpecProblem(new SourcePosition(file, 1, 1), message));
}
