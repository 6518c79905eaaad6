namespace SideEye.ControlPlane.Queries;

/// <summary>All that a query can see.</summary>
public sealed record QuerySubject
{
    /// <summary>The snapshot whose tables have plain names; null when there is none.</summary>
    public SnapshotRef? Snapshot { get; init; }

    /// <summary>The snapshots of <c>history</c>, newest last.</summary>
    public IReadOnlyList<SnapshotRef> History { get; init; } = [];
}
