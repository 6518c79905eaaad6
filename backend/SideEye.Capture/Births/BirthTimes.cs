using SideEye.Target.Native;

namespace SideEye.Capture.Births;

/// <summary>Between which times the goroutines of a frozen process were created, by the clock on the wall.</summary>
/// <param name="births">What was seen of them before; null when nobody looked.</param>
/// <param name="result">The freeze: both clocks at the moment in which it stood still.</param>
internal sealed class BirthTimes(Births? births, in NativeSnapshotResult result)
{
    private const long NsPerMicrosecond = 1000;
    private readonly long frozenNs = (long)result.MonotonicNs;
    private readonly long realAheadNs = (long)(result.RealtimeNs - result.MonotonicNs);

    /// <summary>
    /// The times in whole microseconds, as rows have them, rounded away from each other; null where not known.
    /// </summary>
    public (DateTimeOffset? After, DateTimeOffset? Before) Of(long id)
    {
        if (births is null || births.IsEmpty)
            return default;
        BirthBounds bounds = births.Of((ulong)id);
        // Looks go on while rows are written: they learn of it later than the freeze, which has seen it.
        long before = Math.Min(bounds.BeforeNs ?? frozenNs, frozenNs);
        return (bounds.AfterNs is { } after ? Wall(after, roundUpNs: 0) : null, Wall(before, NsPerMicrosecond - 1));
    }

    private DateTimeOffset Wall(long monotonicNs, long roundUpNs) => DateTimeOffset.UnixEpoch.AddMicroseconds(
        (monotonicNs + realAheadNs + roundUpNs) / NsPerMicrosecond);
}
