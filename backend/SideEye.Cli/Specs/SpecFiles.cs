using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;

namespace SideEye.Cli.Specs;

/// <summary>Reads the spec files of a command line and merges them with the built-in packs.</summary>
internal static class SpecFiles
{
    /// <summary>Finds nothing more: the files alone are checked.</summary>
    public static IEnumerable<SpecProblem> NoFurtherChecks(CaptureSpec spec) => [];

    /// <summary>All files as one spec, with every problem of each.</summary>
    /// <param name="files">Paths.</param>
    /// <param name="further">Finds problems that files alone do not show, as against a binary; called with the merged
    /// spec, also when there are problems already.</param>
    /// <param name="withPacks">False to leave the built-in packs out.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static SpecReading Read(
        IReadOnlyList<string> files, Func<CaptureSpec, IEnumerable<SpecProblem>> further, bool withPacks = true)
    {
        List<SpecProblem> problems = [];
        List<CaptureSpec> specs = [];
        foreach (string file in files)
        {
            SpecReading reading = SpecReader.Read(ReadText(file), file);
            problems.AddRange(reading.Problems);
            if (reading.Spec is not null)
                specs.Add(reading.Spec);
        }
        SpecReading merged = SpecMerger.Merge(withPacks ? BuiltInPacks.All : [], specs);
        IEnumerable<SpecProblem> all = problems.Concat(merged.Problems).Concat(further(merged.Spec!));
        // As people go through their files; what is said about a pack comes last.
        IEnumerable<SpecProblem> ordered = all.Distinct().OrderBy(problem => PositionOf(problem.At.File, files))
            .ThenBy(static problem => problem.At.File, StringComparer.Ordinal)
            .ThenBy(static problem => problem.At.Line).ThenBy(static problem => problem.At.Column);
        return merged with { Problems = [.. ordered] };
    }

    private static int PositionOf(string file, IReadOnlyList<string> files)
    {
        int position = 0;
        while (position < files.Count && files[position] != file)
            position++;
        return position;
    }

    /// <summary>All files as one spec in which nothing is wrong.</summary>
    /// <exception cref="CommandFailedException">A file cannot be read, or something in one is wrong.</exception>
    public static CaptureSpec ReadGood(IReadOnlyList<string> files, bool withPacks)
    {
        try
        {
            SpecReading reading = Read(files, NoFurtherChecks, withPacks);
            if (reading is { IsGood: true, Spec: { } spec })
                return spec;
            throw new CommandFailedException(
                $"{string.Join('\n', reading.Problems)}\nthe spec has problems; nothing was done");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(e.Message);
        }
    }

    /// <summary>The text of a spec file, or enough of it to see that it is too long.</summary>
    /// <exception cref="CommandFailedException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string ReadText(string file)
    {
        if (Directory.Exists(file))
            throw new CommandFailedException($"{file}: a folder, not a spec file");
        if (!File.Exists(file))
            throw new CommandFailedException($"{file}: no such file");
        // A little more than the reader takes is enough for it to say that this is too much.
        char[] text = new char[SpecReadingLimits.Default.DocumentCharactersMax + 1];
        using StreamReader reader = new(file);
        return new string(text, 0, reader.ReadBlock(text));
    }
}
