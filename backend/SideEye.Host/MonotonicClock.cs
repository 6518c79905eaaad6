using System.Diagnostics;

namespace SideEye.Host;

/// <summary>CLOCK_MONOTONIC, which is Go's nanotime.</summary>
internal static class MonotonicClock
{
    /// <summary>The time now, in nanoseconds.</summary>
    public static long Now() => (long)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));
}
