using System.Globalization;
using SideEye.Target.Native;

namespace SideEye.Capture;

/// <summary>What a snapshot of a process lacks and why, in words.</summary>
public static class TruncationText
{
    private const string PauseLimit = "the pause limit";
    private const string Captures = "some captured values were not copied";

    private const NativeTruncation OfGoroutines =
        NativeTruncation.Goroutines | NativeTruncation.Stacks | NativeTruncation.Labels;

    /// <summary>
    /// Such as <c>812 goroutines were not reached, some pprof labels were not copied: the pause limit was hit</c>; null
    /// when nothing was cut.
    /// </summary>
    public static string? Of(in NativeSnapshotResult result)
    {
        NativeTruncation cut = (NativeTruncation)result.Truncated;
        List<string> missing = [];
        if (cut.HasFlag(NativeTruncation.Goroutines))
        {
            missing.Add(result.Late == 1
                ? "1 goroutine was not reached"
                : string.Create(CultureInfo.InvariantCulture, $"{result.Late} goroutines were not reached"));
        }
        if (cut.HasFlag(NativeTruncation.Stacks))
            missing.Add("some stacks were not copied");
        if (cut.HasFlag(NativeTruncation.Labels))
            missing.Add("some pprof labels were not copied");
        if (cut.HasFlag(NativeTruncation.CapturesLate) && !cut.HasFlag(NativeTruncation.Room))
            missing.Add(Captures);
        string[] sentences =
        [
            .. missing.Count == 0 ? [] : (string[])[$"{string.Join(", ", missing)}: {Limit(cut)} was hit"],
            .. LimitsOfCaptures(cut).Select(static limit => $"{Captures}: {limit} was hit"),
        ];
        return sentences.Length == 0 ? null : string.Join("; ", sentences);
    }

    /// <summary>True when a longer pause would have made more of the snapshot.</summary>
    public static bool IsOfPause(in NativeSnapshotResult result)
    {
        NativeTruncation cut = (NativeTruncation)result.Truncated;
        return cut.HasFlag(NativeTruncation.CapturesLate)
            || (IsOfGoroutines(result) && !cut.HasFlag(NativeTruncation.Room));
    }

    /// <summary>True when more than captured values is missing.</summary>
    internal static bool IsOfGoroutines(in NativeSnapshotResult result) =>
        ((NativeTruncation)result.Truncated & OfGoroutines) != 0;

    private static string Limit(NativeTruncation cut) =>
        cut.HasFlag(NativeTruncation.Room) ? "a size limit" : PauseLimit;

    private static IEnumerable<string> LimitsOfCaptures(NativeTruncation cut)
    {
        if (cut.HasFlag(NativeTruncation.CapturesLate) && cut.HasFlag(NativeTruncation.Room))
            yield return PauseLimit;
        if (cut.HasFlag(NativeTruncation.CapturesLong))
            yield return "the limit of work for one goroutine";
        if (cut.HasFlag(NativeTruncation.CapturesFull))
            yield return "the limit of bytes of a snapshot";
    }
}
