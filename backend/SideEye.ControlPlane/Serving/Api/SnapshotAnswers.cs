using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.Store;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>A snapshot that is kept.</summary>
/// <param name="SnapshotId">Its identity.</param>
/// <param name="CapturedAt">When its first process was frozen.</param>
/// <param name="Program">The program that it was taken of; null for all.</param>
/// <param name="Environment">The environment that it was taken of; null for all.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="DurationNs">From the order to the complete file.</param>
/// <param name="PauseMaxNs">The longest pause of a process.</param>
/// <param name="Processes">Processes captured.</param>
/// <param name="Goroutines">Goroutines captured.</param>
/// <param name="FileBytes">Size of its file.</param>
/// <param name="SpecHash">Hash of the spec that it was taken with.</param>
/// <param name="IsTruncated">Whether a limit or deadline cut something.</param>
/// <param name="IsPinned">Whether it stays until somebody removes it.</param>
/// <param name="Error">Why part of it failed; null when nothing did.</param>
public sealed record SnapshotAnswer(
    string SnapshotId, DateTimeOffset CapturedAt, string? Program, string? Environment, string RequestedBy,
    long DurationNs, long PauseMaxNs, int Processes, long Goroutines, long FileBytes, string SpecHash,
    bool IsTruncated, bool IsPinned, string? Error)
{
    internal static SnapshotAnswer Of(KeptSnapshot kept) => new(
        kept.SnapshotId, kept.CapturedAt, kept.Program, kept.Environment, kept.RequestedBy,
        UnixTime.Nanoseconds(kept.Duration), UnixTime.Nanoseconds(kept.PauseMax), kept.Processes, kept.Goroutines,
        kept.FileBytes, kept.SpecHash, kept.IsTruncated, kept.IsPinned, kept.Error);
}

/// <summary>A table or view of a snapshot.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsView">Whether it is computed when it is asked.</param>
/// <param name="Comment">What it is; null when it does not say.</param>
/// <param name="Columns">Its columns.</param>
public sealed record TableAnswer(string Name, bool IsView, string? Comment, IReadOnlyList<ColumnAnswer> Columns)
{
    internal static TableAnswer Of(SnapshotTable table) => new(
        table.Name, table.IsView, table.Comment,
        [.. table.Columns.Select(static one => new ColumnAnswer(one.Name, one.Type, one.Comment))]);
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's type.</param>
/// <param name="Comment">What it is; null when it does not say.</param>
public sealed record ColumnAnswer(string Name, string Type, string? Comment);

/// <summary>What to capture.</summary>
/// <param name="Program">Only processes of this program; null for all.</param>
/// <param name="Environment">Only processes of this environment; null for all.</param>
/// <param name="Agents">Only these agents, by address; null for all.</param>
/// <param name="Processes">Only these processes, by friendly name; null for all.</param>
/// <param name="PauseMaxNs">Longest pause of a process; null for what its agent allows, which holds besides.</param>
public sealed record SnapshotDocument(
    string? Program, string? Environment, IReadOnlyList<string>? Agents, IReadOnlyList<string>? Processes,
    long? PauseMaxNs)
{
    /// <summary>Everything.</summary>
    internal static SnapshotDocument OfAll { get; } = new(null, null, null, null, null);
}

/// <summary>Whether a snapshot is kept.</summary>
public sealed record PinDocument
{
    /// <summary>True to keep it until somebody removes it.</summary>
    public required bool IsPinned { get; init; }
}
