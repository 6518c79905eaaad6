namespace SideEye.Capture.Births;

/// <summary>
/// Remembers when which ids of goroutines of one process had been issued: Go's runtime records nowhere when a goroutine
/// was created, but gives out ids in order. Fed with unfrozen reads, once a second. What is older is remembered less
/// densely, so that it grows with the logarithm of time. Safe for use by several threads.
/// </summary>
public sealed class BirthClock
{
    /// <summary>Sightings that are all kept: of the last minute at least.</summary>
    public const int RecentMax = 64;

    /// <summary>Of older ones so many are kept that a birth is known to this part of its age.</summary>
    public const int AgeParts = 16;

    private const int ThinningEvery = 32;

    private readonly Lock gate = new();
    private readonly List<IdSighting> sightings = [];
    private int unthinned;

    /// <summary>How many different sightings are remembered.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return sightings.Count;
        }
    }

    /// <summary>Tells of one look.</summary>
    /// <param name="ids">What had been issued.</param>
    /// <param name="beganNs">When the look began, CLOCK_MONOTONIC.</param>
    /// <param name="endedNs">When it was through.</param>
    public void See(IssuedIds ids, long beganNs, long endedNs)
    {
        ArgumentNullException.ThrowIfNull(ids);
        lock (gate)
        {
            if (sightings.Count > 0 && ids.LastTaken < sightings[^1].Ids.LastTaken)
                sightings.Clear(); // no such thing in one process: what was read before was something else
            while (sightings.Count > 0 && sightings[^1].Ids.IsContradictedBy(ids))
                sightings.RemoveAt(sightings.Count - 1);
            if (sightings.Count > 0 && sightings[^1].Ids.Equals(ids))
            {
                sightings[^1] = sightings[^1] with { LastBeganNs = beganNs };
                return;
            }
            sightings.Add(new IdSighting(ids, endedNs, beganNs));
            if (++unthinned >= ThinningEvery)
                Thin(endedNs);
        }
    }

    /// <summary>What is known now.</summary>
    public Births Known()
    {
        lock (gate)
            return new Births([.. sightings]);
    }

    /// <summary>Forgets old sightings between others that are close to each other for their age.</summary>
    private void Thin(long nowNs)
    {
        unthinned = 0;
        int oldMax = sightings.Count - RecentMax;
        int kept = 0;
        for (int i = 1; i < sightings.Count; i++)
        {
            bool isOld = i < oldMax;
            if (isOld && sightings[i + 1].FirstEndedNs - sightings[kept].LastBeganNs
                <= (nowNs - sightings[i + 1].FirstEndedNs) / AgeParts)
            {
                continue;
            }
            sightings[++kept] = sightings[i];
        }
        sightings.RemoveRange(kept + 1, sightings.Count - kept - 1);
    }
}
