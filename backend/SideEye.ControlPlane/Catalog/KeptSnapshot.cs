using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Queries;

namespace SideEye.ControlPlane.Catalog;

/// <summary>A snapshot in the catalog.</summary>
public sealed record KeptSnapshot
{
    /// <summary>Its identity.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>Its DuckDB file.</summary>
    public required string Path { get; init; }

    /// <summary>When its first process was frozen.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>The program that it was taken of; null for all.</summary>
    public required string? Program { get; init; }

    /// <summary>The environment that it was taken of; null for all.</summary>
    public required string? Environment { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>From the order to the complete file.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Processes captured.</summary>
    public required int Processes { get; init; }

    /// <summary>Goroutines captured.</summary>
    public required long Goroutines { get; init; }

    /// <summary>The longest pause of a process.</summary>
    public required TimeSpan PauseMax { get; init; }

    /// <summary>Hash of the spec that it was derived with.</summary>
    public required string SpecHash { get; init; }

    /// <summary>Whether a limit or deadline cut something.</summary>
    public required bool IsTruncated { get; init; }

    /// <summary>Why part of it failed; null when nothing did.</summary>
    public required string? Error { get; init; }

    /// <summary>Whether retention leaves it alone.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether it is only of chosen agents or processes: then it is asked by its id alone.</summary>
    public bool IsPart { get; init; }

    /// <summary>What the queries need of it.</summary>
    public SnapshotRef Reference => new(SnapshotId, Path, CapturedAt, Program, Environment);

    /// <summary>A snapshot that was just taken.</summary>
    /// <param name="order">What was ordered.</param>
    /// <param name="taken">What came of it.</param>
    /// <param name="path">Its file.</param>
    public static KeptSnapshot Of(CaptureOrder order, TakenSnapshot taken, string path) => new()
    {
        SnapshotId = taken.SnapshotId,
        Path = path,
        CapturedAt = taken.CapturedAt,
        Program = order.Program,
        Environment = order.Environment,
        RequestedBy = order.RequestedBy,
        Duration = taken.Duration,
        FileBytes = taken.FileBytes,
        Processes = taken.Processes,
        Goroutines = taken.Agents.Sum(static agent => agent.Goroutines),
        PauseMax = taken.Agents.Select(static agent => agent.PauseMax).DefaultIfEmpty().Max(),
        SpecHash = taken.SpecHash,
        IsTruncated = taken.IsTruncated,
        Error = taken.Error,
        IsPart = order.Agents.Count + order.ProcessKeys.Count > 0,
    };
}
