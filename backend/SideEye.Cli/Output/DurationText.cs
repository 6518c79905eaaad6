using System.Globalization;

namespace SideEye.Cli.Output;

/// <summary>Durations as Go writes them, rounded down to what a person needs: 3m12s, 1.5s, 812µs.</summary>
internal static class DurationText
{
    private const long Microsecond = 1_000;
    private const long Millisecond = 1_000 * Microsecond;
    private const long Second = 1_000 * Millisecond;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;

    /// <summary>The text of a duration in nanoseconds.</summary>
    public static string OfNanoseconds(long duration) => duration switch
    {
        < 0 => "-" + OfNanoseconds(duration == long.MinValue ? long.MaxValue : -duration),
        < Microsecond => $"{duration}ns",
        < Millisecond => $"{duration / Microsecond}µs",
        < Second => Tenths(duration, Millisecond) + "ms",
        < Minute => Tenths(duration, Second) + "s",
        < Hour => $"{duration / Minute}m{duration % Minute / Second}s",
        _ => $"{duration / Hour}h{duration % Hour / Minute}m{duration % Minute / Second}s",
    };

    private static string Tenths(long duration, long unit)
    {
        long tenths = duration / (unit / 10);
        return tenths >= 100 || tenths % 10 == 0
            ? (tenths / 10).ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{tenths / 10}.{tenths % 10}");
    }
}
