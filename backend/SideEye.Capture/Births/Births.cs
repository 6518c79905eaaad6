namespace SideEye.Capture.Births;

/// <summary>When the goroutines of one process were created, as far as repeated looks at its ids tell.</summary>
public sealed class Births
{
    private readonly IdSighting[] sightings;

    internal Births(IdSighting[] sightings) => this.sightings = sightings;

    /// <summary>True when nobody has looked: nothing is known.</summary>
    public bool IsEmpty => sightings.Length == 0;

    /// <summary>When the goroutine with an id was created.</summary>
    /// <param name="id">Its id; ids are issued once each, so the goroutine need not have been seen.</param>
    public BirthBounds Of(ulong id)
    {
        // What one look found issued, all later ones do.
        int first = 0;
        int end = sightings.Length;
        while (first < end)
        {
            int middle = (first + end) / 2;
            if (sightings[middle].Ids.Contains(id))
                end = middle;
            else
                first = middle + 1;
        }
        return new BirthBounds(
            first == 0 ? null : sightings[first - 1].LastBeganNs,
            first == sightings.Length ? null : sightings[first].FirstEndedNs);
    }
}

/// <summary>Looks, one after the other, that found the same.</summary>
/// <param name="Ids">What they found.</param>
/// <param name="FirstEndedNs">When the first of them was through, CLOCK_MONOTONIC.</param>
/// <param name="LastBeganNs">When the last of them began.</param>
internal readonly record struct IdSighting(IssuedIds Ids, long FirstEndedNs, long LastBeganNs);
