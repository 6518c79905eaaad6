using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Freshness;

/// <summary>Hands out the snapshot that answers a query, and has one taken where none is young enough.</summary>
public interface ISnapshotDesk
{
    /// <summary>The snapshot that a query means. All that want a fresh one of the same program and environment within
    /// its age share one capture.</summary>
    /// <exception cref="CaptureException">There is none and none could be taken; for people.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; a capture that others wait
    /// for goes on.</exception>
    Task<HandedSnapshot> FindAsync(SnapshotWish wish, CancellationToken stop);

    /// <summary>Takes a snapshot now, whatever there is, and lists it.</summary>
    /// <param name="order">What to capture; its id and spec are set by the desk.</param>
    /// <param name="stop">Cancelled when nobody wants it any more.</param>
    /// <exception cref="CaptureException">Nothing was captured; for people.</exception>
    Task<KeptSnapshot> TakeAsync(ManualOrder order, CancellationToken stop);
}

/// <summary>Which snapshot a query wants.</summary>
/// <param name="Program">Of this program; null for all.</param>
/// <param name="Environment">Of this environment; null for all.</param>
/// <param name="Choice">Fresh, latest, one by id, or as of a time; null for fresh within the default age.</param>
/// <param name="WaitMax">How long to wait for a capture while an older snapshot is there; null for the default.</param>
/// <param name="Origin">Panel, alert, ...</param>
/// <param name="RequestedBy">For the audit log.</param>
public sealed record SnapshotWish(
    string? Program, string? Environment, SnapshotChoice? Choice, TimeSpan? WaitMax, Origin Origin, string RequestedBy);

/// <summary>The snapshot that answers.</summary>
/// <param name="Snapshot">It.</param>
/// <param name="Notices">What to tell about it, such as that it is stale and why.</param>
public sealed record HandedSnapshot(KeptSnapshot Snapshot, IReadOnlyList<Notice> Notices);

/// <summary>A snapshot that a person or a schedule orders.</summary>
public sealed record ManualOrder
{
    /// <summary>Who asked.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Only processes of this program; null for all.</summary>
    public string? Program { get; init; }

    /// <summary>Only processes of this environment; null for all.</summary>
    public string? Environment { get; init; }

    /// <summary>Only these agents, by address; empty for all.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>Only these processes, by the key that their agent gave them; empty for all.</summary>
    public IReadOnlyList<string> ProcessKeys { get; init; } = [];

    /// <summary>Longest pause of a process; null for what its agent allows.</summary>
    public TimeSpan? PauseMax { get; init; }
}
