using System.Collections.Immutable;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Cli.Specs;

/// <summary>The spec of a command that works by one: all of its files merged, and nothing wrong with it.</summary>
internal static class SpecSource
{
    /// <summary>Reads and merges spec files.</summary>
    /// <exception cref="CommandFailedException">Something is wrong with a file; the message has every problem.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static CaptureSpec Read(IReadOnlyList<string> files)
    {
        List<SpecReading> readings = [.. files.Select(file => SpecReader.Read(File.ReadAllText(file), file))];
        SpecReading merged = SpecMerger.Merge([], readings.Select(reading => reading.Spec).OfType<CaptureSpec>());
        ImmutableArray<SpecProblem> problems =
            [.. readings.SelectMany(reading => reading.Problems).Concat(merged.Problems).Distinct()];
        if (problems.IsEmpty && merged.Spec is not null)
            return merged.Spec;
        throw new CommandFailedException(problems.IsEmpty ? "no spec was given" : string.Join('\n', problems));
    }
}
