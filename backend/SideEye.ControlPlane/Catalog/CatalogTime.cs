namespace SideEye.ControlPlane.Catalog;

/// <summary>Times as the catalog has them: microseconds since 1970, in which every time that .NET has fits.</summary>
internal static class CatalogTime
{
    /// <summary>Microseconds since 1970.</summary>
    public static long Micros(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time of microseconds; those that no clock shows become the nearest that one does.</summary>
    public static DateTimeOffset Of(long micros) => DateTimeOffset.UnixEpoch.AddTicks(
        Math.Clamp(micros, Micros(DateTimeOffset.MinValue), Micros(DateTimeOffset.MaxValue))
        * TimeSpan.TicksPerMicrosecond);

    /// <summary>A time without what the catalog would lose of it.</summary>
    public static DateTimeOffset Kept(DateTimeOffset at) => Of(Micros(at));
}
