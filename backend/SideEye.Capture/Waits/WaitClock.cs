using SideEye.GoRuntime.Goroutines;

namespace SideEye.Capture.Waits;

/// <summary>
/// Remembers since when each goroutine of one process has been seen in the same wait. Fed with unfrozen reads of the
/// runtime.g structs, once a second; a torn read only makes a wait look newer than it is.
/// </summary>
public sealed class WaitClock
{
    private Dictionary<long, Sighting> sightings = [];
    private Dictionary<long, Sighting> next = [];

    /// <summary>Goroutines seen waiting at the last look.</summary>
    public int Count => sightings.Count;

    /// <summary>Begins a look at all goroutines.</summary>
    /// <param name="count">How many there are, at most.</param>
    public void BeginLook(int count)
    {
        next.Clear();
        next.EnsureCapacity(Math.Min(count, 1 << 20));
    }

    /// <summary>Tells of one goroutine.</summary>
    /// <param name="g">As it was read.</param>
    /// <param name="monotonicNs">CLOCK_MONOTONIC when it was read.</param>
    public void See(in GoroutineView g, long monotonicNs)
    {
        if (WaitIdentity.Of(g) is not WaitIdentity wait)
            return;
        bool isSame = sightings.TryGetValue(g.Id, out Sighting before) && before.Wait == wait;
        next[g.Id] = new Sighting(wait, isSame ? before.FirstSeenNs : monotonicNs);
    }

    /// <summary>Ends the look: goroutines not seen in it are forgotten.</summary>
    public void EndLook() => (sightings, next) = (next, sightings);

    /// <summary>When the wait that the goroutine is in now was first seen; null when it was not.</summary>
    /// <param name="g">As it is now, frozen.</param>
    public long? FirstSeenNs(in GoroutineView g) =>
        WaitIdentity.Of(g) is WaitIdentity wait
        && sightings.TryGetValue(g.Id, out Sighting before) && before.Wait == wait
            ? before.FirstSeenNs
            : null;

    private readonly record struct Sighting(WaitIdentity Wait, long FirstSeenNs);
}
