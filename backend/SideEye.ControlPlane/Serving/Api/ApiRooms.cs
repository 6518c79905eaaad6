using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>Answers a query: finds the snapshot that it means, and sends the frames.</summary>
/// <param name="request">What is asked.</param>
/// <param name="sink">Takes the answer.</param>
/// <param name="stop">Cancelled when nobody wants it any more.</param>
/// <returns>What there is to say of the answer.</returns>
public delegate Task<Trailer> AskQuery(QueryRequest request, IQuerySink sink, CancellationToken stop);

/// <summary>What the HTTP API speaks for.</summary>
public sealed record ApiRooms
{
    /// <summary>Agents and processes.</summary>
    public required IFleet Fleet { get; init; }

    /// <summary>Documents of the spec.</summary>
    public required ISpecLibrary Specs { get; init; }

    /// <summary>Snapshots that are kept.</summary>
    public required ISnapshotShelf Shelf { get; init; }

    /// <summary>Takes snapshots.</summary>
    public required ISnapshotDesk Desk { get; init; }

    /// <summary>Names of processes.</summary>
    public required IProcessNames Names { get; init; }

    /// <summary>Snapshots by the clock.</summary>
    public required ISchedules Schedules { get; init; }

    /// <summary>Who did what.</summary>
    public required IAuditLog Audit { get; init; }

    /// <summary>Answers a query into a sink.</summary>
    public required AskQuery Ask { get; init; }

    /// <summary>Our clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>A folder for files that are being exported, which may be emptied at any start.</summary>
    public required string ExportFolder { get; init; }

    /// <summary>Notes who did what and what came of it.</summary>
    internal void Note(Person who, string action, string subject, string outcome = "done") => Audit.Write(
        new AuditEntry
        {
            At = Time.GetUtcNow(), Who = who.Name, Action = action, Subject = subject, Outcome = outcome,
        });
}
