using System.Collections.Immutable;

namespace SideEye.Capture.Births;

/// <summary>Ids that a processor has taken and not given to a goroutine yet.</summary>
/// <param name="From">The next one.</param>
/// <param name="To">The first that is not its own.</param>
public readonly record struct KeptIds(ulong From, ulong To);

/// <summary>
/// Which ids a program has given to goroutines: all up to <paramref name="LastTaken"/>, but for those that processors
/// keep (<see cref="GoRuntime.GoroutineIdSource"/>). Read while the program runs: first LastTaken, then what is kept.
/// </summary>
/// <param name="LastTaken">The last id that a processor has taken.</param>
/// <param name="Kept">What processors keep.</param>
public sealed record IssuedIds(ulong LastTaken, ImmutableArray<KeptIds> Kept)
{
    /// <summary>True when a goroutine has, or had, the id.</summary>
    public bool Contains(ulong id)
    {
        if (id > LastTaken)
            return false;
        foreach (KeptIds kept in Kept)
        {
            if (id >= kept.From && id < kept.To)
                return false;
        }
        return true;
    }

    /// <summary>
    /// True when a later look shows ids as kept that this one took for issued: a processor had taken them and not yet
    /// written them down when it was looked at.
    /// </summary>
    public bool IsContradictedBy(IssuedIds later)
    {
        foreach (KeptIds kept in later.Kept)
        {
            if (kept.From <= LastTaken && !HasKept(kept))
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(IssuedIds? other) =>
        other is not null && LastTaken == other.LastTaken && Kept.AsSpan().SequenceEqual(other.Kept.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(LastTaken, Kept.Length);

    // A processor hands ids out from the front: what it keeps of a batch ends where it ended before.
    private bool HasKept(KeptIds ids)
    {
        foreach (KeptIds kept in Kept)
        {
            if (kept.To == ids.To && kept.From <= ids.From)
                return true;
        }
        return false;
    }
}
