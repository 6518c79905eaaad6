using System.Collections.Immutable;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The snapshots of a moment, by id and in the order of their capture. Never changes.</summary>
internal sealed class ShelfIndex
{
    private static readonly Comparer<KeptSnapshot> ByTime = Comparer<KeptSnapshot>.Create(static (one, other) =>
    {
        int order = one.CapturedAt.CompareTo(other.CapturedAt);
        return order != 0 ? order : string.CompareOrdinal(one.SnapshotId, other.SnapshotId);
    });

    private readonly ImmutableDictionary<string, KeptSnapshot> byId;

    private ShelfIndex(ImmutableDictionary<string, KeptSnapshot> byId, ImmutableArray<KeptSnapshot> inOrder)
    {
        this.byId = byId;
        InOrder = inOrder;
    }

    /// <summary>All, oldest first.</summary>
    public ImmutableArray<KeptSnapshot> InOrder { get; }

    /// <summary>An index of snapshots.</summary>
    public static ShelfIndex Of(IEnumerable<KeptSnapshot> snapshots)
    {
        ImmutableArray<KeptSnapshot> inOrder = [.. snapshots.Order(ByTime)];
        return new ShelfIndex(
            inOrder.ToImmutableDictionary(static one => one.SnapshotId, StringComparer.Ordinal), inOrder);
    }

    /// <summary>One by its id; null when there is none.</summary>
    public KeptSnapshot? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>With a snapshot, in place of one of its id.</summary>
    public ShelfIndex With(KeptSnapshot snapshot)
    {
        ImmutableArray<KeptSnapshot> others = Without(snapshot.SnapshotId).InOrder;
        int place = ~others.BinarySearch(snapshot, ByTime);
        return new ShelfIndex(byId.SetItem(snapshot.SnapshotId, snapshot), others.Insert(place, snapshot));
    }

    /// <summary>Without a snapshot.</summary>
    public ShelfIndex Without(string id) => Find(id) is not { } known ? this
        : new ShelfIndex(byId.Remove(id), InOrder.RemoveAt(InOrder.BinarySearch(known, ByTime)));

    /// <summary>Those captured up to a time, newest first.</summary>
    public IEnumerable<KeptSnapshot> Back(DateTimeOffset? notAfter)
    {
        for (int i = InOrder.Length - 1; i >= 0; i--)
        {
            if (notAfter is null || InOrder[i].CapturedAt <= notAfter)
                yield return InOrder[i];
        }
    }
}
