using Dapper;
using SideEye.ControlPlane.Capturing;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The catalog's table of snapshots.</summary>
internal sealed class SnapshotRows(CatalogDatabase database)
{
    /// <summary>All of them, in no order.</summary>
    /// <param name="pathOf">Where the file of a snapshot is.</param>
    /// <exception cref="CatalogException">The catalog cannot be read.</exception>
    public IReadOnlyList<KeptSnapshot> All(Func<string, string> pathOf) => database.Read(connection =>
        connection.Query<Row>("""
            SELECT snapshot_id AS SnapshotId, captured_at_us AS CapturedAt, program AS Program,
                environment AS Environment, requested_by AS RequestedBy, duration_ns AS Duration,
                file_bytes AS FileBytes, processes AS Processes, goroutines AS Goroutines, pause_max_ns AS PauseMax,
                spec_hash AS SpecHash, is_truncated AS IsTruncated, error AS Error, is_pinned AS IsPinned,
                is_part AS IsPart
            FROM snapshots
            """)
            .Select(row => row.ToSnapshot(pathOf(row.SnapshotId))).ToList());

    /// <summary>Writes one, in place of one of its id.</summary>
    /// <exception cref="CatalogException">The catalog cannot be written.</exception>
    public void Put(KeptSnapshot snapshot) => database.Change(connection => connection.Execute("""
        INSERT OR REPLACE INTO snapshots VALUES (@SnapshotId, @CapturedAt, @Program, @Environment, @RequestedBy,
            @Duration, @FileBytes, @Processes, @Goroutines, @PauseMax, @SpecHash, @IsTruncated, @Error, @IsPinned,
            @IsPart)
        """, Row.Of(snapshot)));

    /// <summary>Forgets some.</summary>
    /// <exception cref="CatalogException">The catalog cannot be written.</exception>
    public void Remove(IReadOnlyList<string> ids) => database.Change(connection => connection.Execute(
        "DELETE FROM snapshots WHERE snapshot_id = @id", ids.Select(static id => new { id })));

    private sealed record Row
    {
        public required string SnapshotId { get; init; }

        public required long CapturedAt { get; init; }

        public required string? Program { get; init; }

        public required string? Environment { get; init; }

        public required string RequestedBy { get; init; }

        public required long Duration { get; init; }

        public required long FileBytes { get; init; }

        public required long Processes { get; init; }

        public required long Goroutines { get; init; }

        public required long PauseMax { get; init; }

        public required string SpecHash { get; init; }

        public required long IsTruncated { get; init; }

        public required string? Error { get; init; }

        public required long IsPinned { get; init; }

        public required long IsPart { get; init; }

        public static Row Of(KeptSnapshot snapshot) => new()
        {
            SnapshotId = snapshot.SnapshotId,
            CapturedAt = CatalogTime.Micros(snapshot.CapturedAt),
            Program = snapshot.Program,
            Environment = snapshot.Environment,
            RequestedBy = snapshot.RequestedBy,
            Duration = UnixTime.Nanoseconds(snapshot.Duration),
            FileBytes = snapshot.FileBytes,
            Processes = snapshot.Processes,
            Goroutines = snapshot.Goroutines,
            PauseMax = UnixTime.Nanoseconds(snapshot.PauseMax),
            SpecHash = snapshot.SpecHash,
            IsTruncated = snapshot.IsTruncated ? 1 : 0,
            Error = snapshot.Error,
            IsPinned = snapshot.IsPinned ? 1 : 0,
            IsPart = snapshot.IsPart ? 1 : 0,
        };

        public KeptSnapshot ToSnapshot(string path) => new()
        {
            SnapshotId = SnapshotId,
            Path = path,
            CapturedAt = CatalogTime.Of(CapturedAt),
            Program = Program,
            Environment = Environment,
            RequestedBy = RequestedBy,
            Duration = UnixTime.Span(Duration),
            FileBytes = FileBytes,
            Processes = (int)Math.Clamp(Processes, 0, int.MaxValue),
            Goroutines = Goroutines,
            PauseMax = UnixTime.Span(PauseMax),
            SpecHash = SpecHash,
            IsTruncated = IsTruncated != 0,
            Error = Error,
            IsPinned = IsPinned != 0,
            IsPart = IsPart != 0,
        };
    }
}
