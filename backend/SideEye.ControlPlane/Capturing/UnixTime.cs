namespace SideEye.ControlPlane.Capturing;

/// <summary>Times as messages have them: nanoseconds since 1970.</summary>
internal static class UnixTime
{
    /// <summary>A time of a message; times that no clock shows become the nearest that one does.</summary>
    public static DateTimeOffset Of(long nanoseconds) =>
        DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>Nanoseconds since 1970.</summary>
    public static long Nanoseconds(DateTimeOffset at) => Nanoseconds(at - DateTimeOffset.UnixEpoch);

    /// <summary>A span in nanoseconds.</summary>
    public static long Nanoseconds(TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>A span of nanoseconds.</summary>
    public static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
