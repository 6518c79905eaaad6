using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;

namespace SideEye.Cli.Specs;

/// <summary>Spec files as given on the command line, on top of the built-in packs.</summary>
internal static class SpecFiles
{
    /// <summary>Reads and merges the files.</summary>
    /// <param name="paths">The files, the one to win last.</param>
    /// <param name="withPacks">False to leave the built-in packs out.</param>
    /// <exception cref="CommandFailedException">A file cannot be read, or something in one is wrong.</exception>
    public static CaptureSpec Read(IReadOnlyList<string> paths, bool withPacks)
    {
        List<CaptureSpec> specs = [];
        List<SpecProblem> problems = [];
        foreach (string path in paths)
        {
            SpecReading reading = SpecReader.Read(Text(path), path);
            problems.AddRange(reading.Problems);
            if (reading.Spec is not null)
                specs.Add(reading.Spec);
        }
        if (problems.Count == 0)
        {
            SpecReading merged = SpecMerger.Merge(withPacks ? BuiltInPacks.All : [], specs);
            if (merged is { IsGood: true, Spec: { } spec })
                return spec;
            problems.AddRange(merged.Problems);
        }
        throw new CommandFailedException(
            $"{string.Join('\n', problems)}\n{Count(problems.Count)} in the spec; nothing was captured",
            ExitCode.Failed);
    }

    private static string Count(int problems) => problems == 1 ? "1 problem" : $"{problems} problems";

    private static string Text(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.Exists && file.Length > SpecReadingLimits.Default.DocumentCharactersMax * 4L)
                throw new CommandFailedException($"{path} is too large for a spec");
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{path} cannot be read: {e.Message}");
        }
    }
}
