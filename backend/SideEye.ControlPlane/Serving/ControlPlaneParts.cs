using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;
using SideEye.ControlPlane.Queries;
using SideEye.ControlPlane.Queries.Workers;

namespace SideEye.ControlPlane.Serving;

/// <summary>What the endpoints are made over; whoever makes the parts ends them.</summary>
public sealed record ControlPlaneParts
{
    /// <summary>The agents.</summary>
    public required IFleet Fleet { get; init; }

    /// <summary>Agents that people have added; null where nobody can.</summary>
    public IAddedAgents? Added { get; init; }

    /// <summary>The spec and its versions.</summary>
    public required ISpecLibrary Specs { get; init; }

    /// <summary>Names of processes.</summary>
    public required IProcessNames Names { get; init; }

    /// <summary>The snapshots that are kept.</summary>
    public required ISnapshotShelf Shelf { get; init; }

    /// <summary>Snapshots by the clock.</summary>
    public required ISchedules Schedules { get; init; }

    /// <summary>Who did what.</summary>
    public required IAuditLog Audit { get; init; }

    /// <summary>Hands out snapshots and has them taken.</summary>
    public required ISnapshotDesk Desk { get; init; }

    /// <summary>What the desk counts.</summary>
    public required CaptureCounts Captures { get; init; }

    /// <summary>Asks snapshot files.</summary>
    public required SharedAnswers Answers { get; init; }

    /// <summary>The processes in which queries run; null when they run in this one.</summary>
    public QueryWorkers? Workers { get; init; }

    /// <summary>Limits of answers.</summary>
    public QueryRunnerLimits RunnerLimits { get; init; } = QueryRunnerLimits.Default;

    /// <summary>A folder for files that are being exported; whoever opens the parts may empty it.</summary>
    public string ScratchFolder { get; init; } = Path.Combine(Path.GetTempPath(), "sideeye-exports");

    /// <summary>What is wrong now with disk and catalog, for people.</summary>
    public Func<IReadOnlyList<string>> Troubles { get; init; } = static () => [];

    /// <summary>Our clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Notes who did what and what came of it.</summary>
    internal void Note(Person who, string action, string subject, string outcome = "done") => Audit.Write(
        new AuditEntry
        {
            At = Time.GetUtcNow(), Who = who.Name, Action = action, Subject = subject, Outcome = outcome,
        });
}
