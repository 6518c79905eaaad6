using System.Diagnostics;

namespace SideEye.Store.Tests;

public sealed class The_history_of_snapshots : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Has_the_rows_of_all_files_with_their_snapshot_in_front()
    {
        HistoryFile[] files = Files(3);
        Assert.Equal(
            [
                "snap-0 | 2026-03-14 15:00:00 | 1", "snap-1 | 2026-03-14 15:01:00 | 1",
                "snap-2 | 2026-03-14 15:02:00 | 1",
            ],
            Ask(files[2].Path, files,
                "SELECT snapshot_id, captured_at, count(*) FROM history.processes GROUP BY ALL ORDER BY 1", out _));
    }

    [Fact]
    public void Names_columns_of_a_table_after_it_where_they_are_called_the_same()
    {
        HistoryFile[] files = Files(1);
        Assert.Equal(["snap-0 | 2026-03-14 15:09:26.535"], Ask(null, files,
            "SELECT snapshot_id, processes_captured_at FROM history.processes", out _));
        Assert.Equal(["snap-0 | own-0"], Ask(null, files,
            "SELECT snapshot_id, snapshots_snapshot_id FROM history.snapshots", out _));
    }

    [Fact]
    public void Has_views_too_each_over_the_tables_of_its_own_file()
    {
        HistoryFile[] files = Files(3);
        Assert.Equal(["snap-0 | 1", "snap-1 | 2", "snap-2 | 3"], Ask(files[0].Path, files,
            "SELECT snapshot_id, count(*) FROM history.waiting GROUP BY ALL ORDER BY 1", out _));
        Assert.Equal(["1 | 6"], Ask(files[0].Path, files,
            "SELECT (SELECT count(*) FROM goroutines), (SELECT count(*) FROM \"History\".main.goroutines)", out _));
    }

    [Fact]
    public void Has_NULL_where_a_file_lacks_a_column_and_no_rows_where_it_lacks_the_table()
    {
        string old = folder.File("old.duckdb");
        string young = folder.File("young.duckdb");
        new CapturedTables().Table("serve", "a BIGINT",
            [1, 10, 0, 7]).Write(old, new());
        new CapturedTables().Table("serve", "b VARCHAR",
            [1, 10, 0, "x"]).Write(young, new());
        HistoryFile[] files = [.. Files(1), File(old, "old"), File(young, "young")];
        Assert.Equal(["old | 7 | NULL", "young | NULL | x"],
            Ask(young, files, "SELECT snapshot_id, a, b FROM history.serve ORDER BY 1", out _));
    }

    [Fact]
    public void Leaves_out_files_that_cannot_be_read_and_says_so()
    {
        HistoryFile[] files = Files(3);
        System.IO.File.WriteAllText(files[0].Path, "not a database at all, but long enough to be taken for one");
        System.IO.File.Delete(files[1].Path);
        Assert.Equal(["snap-2"], Ask(files[2].Path, files, "SELECT snapshot_id FROM history.processes",
            out SnapshotReader reader));
        Assert.Equal(["snap-0", "snap-1"], reader.Gaps.Select(gap => gap.SnapshotId));
        Assert.DoesNotContain(reader.Gaps, gap => gap.Reason.Contains(folder.FullName, StringComparison.Ordinal));
    }

    [Fact]
    public void Is_not_touched_by_a_query_that_does_not_name_it()
    {
        HistoryFile[] files = Files(2);
        System.IO.File.Delete(files[0].Path);
        Assert.Equal(["1"], Ask(files[1].Path, files,
            "SELECT count(*) AS history FROM processes -- history.goroutines", out SnapshotReader reader));
        Assert.Empty(reader.Gaps);
    }

    [Fact]
    public void Gives_no_way_out_either()
    {
        HistoryFile[] files = Files(1);
        string[] all =
        [
            "SELECT * FROM history.processes, read_text('/etc/passwd')", "CREATE TABLE history.t (a INTEGER)",
            "SELECT * FROM history.nothing", "SELECT * FROM history.duckdb_databases()",
        ];
        foreach (string sql in all)
        {
            StoreException e = Assert.Throws<StoreException>(() => Ask(files[0].Path, files, sql, out _));
            Assert.Equal(StoreError.Sql, e.Error);
        }
    }

    [Fact]
    public void Of_a_hundred_snapshots_of_ten_thousand_is_aggregated_at_once()
    {
        string big = folder.File("big.duckdb");
        SnapshotBuilder builder = new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711)
            .Stack(1, ("main.f", "f.go", 1));
        for (int id = 0; id < 10_000; id++)
            builder.Goroutine(1, id, 1, waitedNs: id);
        builder.Write(big);
        HistoryFile[] files = [.. Enumerable.Range(0, 100).Select(n =>
        {
            string copy = folder.File($"h{n}.duckdb");
            System.IO.File.Copy(big, copy);
            return new HistoryFile($"snap-{n}", copy, Moment(n));
        })];
        for (int round = 0; round < 2; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            Assert.Equal(["1000000 | 100"], Ask(big, files,
                "SELECT sum(n)::BIGINT, count(*) FROM (SELECT captured_at, count(*) n, max(waiting_for_ns) "
                + "FROM history.goroutines GROUP BY captured_at)", out _));
            TestContext.Current.SendDiagnosticMessage($"100 files: {watch.ElapsedMilliseconds} ms");
            
        }
    }

    private static string[] Ask(string? path, HistoryFile[] files, string sql, out SnapshotReader reader)
    {
        using SnapshotReader open = SnapshotReader.OpenWithHistory(
            path, files, sql, StoreLimits.ForReading, TestContext.Current.CancellationToken);
        reader = open;
        return QueryText.Ask(open, sql);
    }

    private HistoryFile[] Files(int count) => [.. Enumerable.Range(0, count).Select(n =>
    {
        string path = folder.File($"s{n}.duckdb");
        SnapshotBuilder builder = new SnapshotBuilder().Snapshot($"own-{n}").Process(1, "checkout", 4711);
        for (int id = 0; id <= n; id++)
            builder.Goroutine(1, id, null);
        builder.Write(path);
        return File(path, $"snap-{n}", n);
    })];

    private static HistoryFile File(string path, string id, int minute = 0) => new(id, path, Moment(minute));

    private static DateTimeOffset Moment(int minute) =>
        new DateTimeOffset(2026, 3, 14, 15, 0, 0, TimeSpan.Zero).AddMinutes(minute);
}
