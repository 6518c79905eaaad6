namespace SideEye.Capture.Waits;

/// <summary>
/// When garbage collections of a process ended, as far as it is known. A collection that finds a goroutine waiting sets
/// its waitsince, not to its own time but to the end of the collection before (runtime/mgcmark.go, markroot:
/// <c>gp.waitsince = work.tstart</c>, which only gcMark sets, at mark termination; Go 1.19 to 1.27). The goroutine may
/// have begun to wait after that. What is certain is that it waited when the finding collection ended: at the next end
/// that is known, or before.
/// </summary>
internal sealed class CollectionEnds
{
    private readonly HashSet<long> ends = [];
    private long[] inOrder = [];

    /// <summary>Takes note of an end: a goroutine's waitsince, or runtime.work.tstart. 0 is none.</summary>
    /// <param name="end">Nanoseconds of CLOCK_MONOTONIC.</param>
    public void Add(long end)
    {
        if (end > 0)
            ends.Add(end);
    }

    /// <summary>
    /// The latest time at which a goroutine with this waitsince can have begun to wait; null when it is not known.
    /// </summary>
    public long? LatestStart(long waitSince)
    {
        if (waitSince <= 0)
            return null;
        if (inOrder.Length != ends.Count)
            inOrder = [.. ends.Order()];
        int at = Array.BinarySearch(inOrder, waitSince);
        int next = at < 0 ? ~at : at + 1;
        return next < inOrder.Length ? inOrder[next] : null;
    }
}
