using System.Globalization;
using SideEye.Target.Native;

namespace SideEye.Capture;

/// <summary>What a snapshot of a process lacks and why, in words.</summary>
public static class TruncationText
{
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
        return missing.Count == 0 ? null : $"{string.Join(", ", missing)}: {Limit(cut)} was hit";
    }

    /// <summary>True when a longer pause would have made the snapshot whole.</summary>
    public static bool IsOfPause(in NativeSnapshotResult result) =>
        result.Truncated != 0 && !((NativeTruncation)result.Truncated).HasFlag(NativeTruncation.Room);

    private static string Limit(NativeTruncation cut) =>
        cut.HasFlag(NativeTruncation.Room) ? "a size limit" : "the pause limit";
}
