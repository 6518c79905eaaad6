using System.Globalization;

namespace SideEye.Linux;

/// <summary>When this host was booted, by its own clock.</summary>
public static class HostClock
{
    // What /proc counts in is USER_HZ, which is 100 on every processor that we know (asm-generic/param.h).
    private const long TicksPerSecond = 100;
    private static readonly Lazy<DateTimeOffset> Boot = new(ReadBoot);

    /// <summary>The time that is so many clock ticks after boot.</summary>
    public static DateTimeOffset TimeOf(ulong ticksAfterBoot) =>
        Boot.Value.AddTicks((long)ticksAfterBoot * (TimeSpan.TicksPerSecond / TicksPerSecond));

    private static DateTimeOffset ReadBoot()
    {
        // /proc/uptime has hundredths of a second, /proc/stat's btime only whole ones.
        string uptime = File.ReadAllText("/proc/uptime").Split(' ')[0];
        return DateTimeOffset.UtcNow.AddSeconds(-double.Parse(uptime, CultureInfo.InvariantCulture));
    }
}
