namespace SideEye.ControlPlane.Queries;

/// <summary>A snapshot file that a query may read.</summary>
/// <param name="SnapshotId">Its identity in the catalog.</param>
/// <param name="Path">The DuckDB file.</param>
/// <param name="CapturedAt">When it was captured.</param>
/// <param name="Program">The program that it was taken of; null for all.</param>
/// <param name="Environment">The environment that it was taken of; null for all.</param>
public sealed record SnapshotRef(
    string SnapshotId, string Path, DateTimeOffset CapturedAt, string? Program, string? Environment);
