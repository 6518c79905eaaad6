namespace SideEye.Store;

/// <summary>A snapshot file of a history.</summary>
/// <param name="SnapshotId">What its rows have in the column <c>snapshot_id</c>.</param>
/// <param name="Path">The file.</param>
/// <param name="CapturedAt">What its rows have in the column <c>captured_at</c>.</param>
public sealed record HistoryFile(string SnapshotId, string Path, DateTimeOffset CapturedAt);

/// <summary>A file of a history that could not be read and is left out.</summary>
/// <param name="SnapshotId">Which.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record HistoryGap(string SnapshotId, string Reason);
