using static SideEye.Linux.LibC;

namespace SideEye.Linux;

/// <summary>What this process uses.</summary>
public static class OwnUsage
{
    /// <summary>Processor time that the calling thread has used so far; zero when the kernel does not say.</summary>
    public static TimeSpan ThreadTime() => ClockGetTime(ClockOfThread, out TimeSpec time) != 0
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);
}
