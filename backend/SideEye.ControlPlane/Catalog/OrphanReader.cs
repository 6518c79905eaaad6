using SideEye.ControlPlane.Capturing;
using SideEye.Store;

namespace SideEye.ControlPlane.Catalog;

/// <summary>What the catalog has of a snapshot, read from its file: for those whose row is not there.</summary>
internal static class OrphanReader
{
    private static readonly QueryLimits Limits = new() { RowsMax = 1, TimeMax = TimeSpan.FromMinutes(1) };

    private const string Sql = """
        SELECT epoch_us(s.captured_at), s.program, s.environment, coalesce(s.requested_by, 'unknown'),
            coalesce(s.duration_ns, 0), coalesce(s.spec_hash, ''), s.truncated, s.error,
            count(p.captured_at), coalesce(sum(p.goroutine_count), 0)::BIGINT, coalesce(max(p.pause_ns), 0),
            min(epoch_us(p.captured_at) - coalesce(p.clock_offset_ns, 0) // 1000)
        FROM (SELECT * FROM snapshots LIMIT 1) s LEFT JOIN processes p ON true
        GROUP BY ALL
        """;

    /// <summary>Reads a file.</summary>
    /// <exception cref="StoreException">It is no snapshot that can be read.</exception>
    public static KeptSnapshot Read(string id, string path)
    {
        long bytes = new FileInfo(path).Length;
        using SnapshotReader reader = SnapshotReader.Open(path);
        using QueryResult row = reader.Query(Sql, Limits, CancellationToken.None);
        if (!row.Read() || (row.IsNull(0) && row.IsNull(11)))
            throw new StoreException(StoreError.Damaged, $"{path} does not say when it was captured");
        return new KeptSnapshot
        {
            SnapshotId = id,
            Path = path,
            CapturedAt = CatalogTime.Of(row.GetInt64(row.IsNull(0) ? 11 : 0)),
            Program = Text(row, 1),
            Environment = Text(row, 2),
            RequestedBy = row.GetText(3),
            Duration = UnixTime.Span(row.GetInt64(4)),
            FileBytes = bytes,
            Processes = (int)row.GetInt64(8),
            Goroutines = row.GetInt64(9),
            PauseMax = UnixTime.Span(row.GetInt64(10)),
            SpecHash = row.GetText(5),
            IsTruncated = row.GetBoolean(6),
            Error = Text(row, 7),
        };
    }

    private static string? Text(QueryResult row, int column) => row.IsNull(column) ? null : row.GetText(column);
}
