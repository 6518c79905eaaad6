using System.Collections.Immutable;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Documents and what they come to together.</summary>
/// <param name="Documents">The documents, in the order of their names.</param>
/// <param name="Spec">All of them as one.</param>
/// <param name="Problems">All that is wrong; only without problems is it a spec to capture by.</param>
internal sealed record SpecComposition(
    ImmutableArray<SpecVersion> Documents, SpecInForce Spec, ImmutableArray<SpecProblem> Problems)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool IsGood => Problems.IsEmpty;

    /// <summary>Puts documents together.</summary>
    public static SpecComposition Of(IEnumerable<SpecVersion> documents, SpecLibraryOptions options)
    {
        ImmutableArray<SpecVersion> all = [.. documents.OrderBy(static one => one.Name, StringComparer.Ordinal)];
        List<SpecProblem> problems = [];
        List<CaptureSpec> specs = [];
        foreach (SpecVersion document in all)
        {
            SpecReading reading = Read(document, options.Limits);
            problems.AddRange(reading.Problems);
            if (reading.Spec is not null)
                specs.Add(reading.Spec);
        }
        SpecReading merged = SpecMerger.Merge(options.WithPacks ? BuiltInPacks.All : [], specs);
        problems.AddRange(merged.Problems);
        AddLimits(all, options.Limits, problems);
        ImmutableArray<SpecText> texts = [.. all.Select(static one => new SpecText(one.Name, one.Yaml))];
        return new SpecComposition(
            all, new SpecInForce(texts, options.WithPacks, merged.Spec!), [.. problems.Distinct()]);
    }

    /// <summary>Puts together as many documents as go together: what a changed file or a newer program does not suit
    /// any more shall not take the others along.</summary>
    /// <returns>The documents that are good together, and what is wrong with the others.</returns>
    public static (SpecComposition Good, ImmutableArray<SpecProblem> Others) Most(
        IEnumerable<SpecVersion> documents, SpecLibraryOptions options)
    {
        List<SpecProblem> problems = [];
        SpecComposition one = Of(documents, options);
        while (!one.IsGood)
        {
            problems.AddRange(one.Problems);
            one = Of(one.Documents.Except(Blamed(one, options)), options);
        }
        return (one, [.. problems.Distinct()]);
    }

    /// <summary>What is wrong with one document alone.</summary>
    public static SpecReading Read(SpecVersion document, SpecLibraryLimits limits) => SpecReader.Read(
        document.Yaml, document.Name,
        SpecReadingLimits.Default with { DocumentCharactersMax = limits.DocumentCharactersMax });

    private static void AddLimits(
        ImmutableArray<SpecVersion> all, SpecLibraryLimits limits, List<SpecProblem> problems)
    {
        long characters = 0;
        for (int i = 0; i < all.Length; i++)
        {
            characters += all[i].Yaml.Length;
            SourcePosition at = new(all[i].Name, 1, 1);
            if (i == limits.DocumentsMax)
                problems.Add(new SpecProblem(at, $"{all.Length} documents; {limits.DocumentsMax} is the limit"));
            if (characters > limits.CharactersMax && characters - all[i].Yaml.Length <= limits.CharactersMax)
            {
                problems.Add(new SpecProblem(at, "the documents up to this one have "
                    + $"{characters} characters together; {limits.CharactersMax} is the limit"));
            }
        }
    }

    /// <summary>Problems are reported where the later of two things is, which is a document's place; where it is not,
    /// it is the document without which there are fewer.</summary>
    private static SpecVersion[] Blamed(SpecComposition one, SpecLibraryOptions options)
    {
        HashSet<string> places = [.. one.Problems.Select(static problem => problem.At.File)];
        SpecVersion[] named = [.. one.Documents.Where(document => places.Contains(document.Name))];
        if (named.Length > 0)
            return named;
        SpecVersion culprit = one.Documents.FirstOrDefault(document =>
            Of(one.Documents.Remove(document), options).Problems.Length < one.Problems.Length) ?? one.Documents[^1];
        return [culprit];
    }
}
