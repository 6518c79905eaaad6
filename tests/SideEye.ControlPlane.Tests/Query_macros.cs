using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests;

public sealed class Query_macros : IDisposable
{
    private const long Noon = 1_773_489_600_000_000_000;

    private readonly TemporaryFolder folder = new();
    private readonly QueryRunner runner = new(QueryRunnerLimits.Default);
    private readonly QuerySubject subject;

    public Query_macros()
    {
        string path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711, ("program", "shop"))
            .Process(2, "stock", 4712, ("program", "depot")).Process(3, "it's", 4713).Write(path);
        subject = new QuerySubject
        {
            Snapshot = new SnapshotRef("snap-'1", path, SnapshotBuilder.CapturedAt, "shop", null),
        };
    }

    public void Dispose()
    {
        runner.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("SELECT $__timeFrom()", "2026-03-14 12:00:00")]
    [InlineData("SELECT $__timeTo", "2026-03-14 13:00:00")]
    [InlineData("SELECT count(*) FROM processes WHERE $__timeFilter(captured_at)", "0")]
    [InlineData("SELECT count(*) FROM processes WHERE $__timeFilter(captured_at - INTERVAL 3 HOUR)", "3")]
    [InlineData("SELECT $__interval_ms", "60000")]
    [InlineData("SELECT $__timeGroup(captured_at, $__interval) FROM snapshots", "2026-03-14 15:09:00")]
    [InlineData("SELECT $__timeGroup(greatest(captured_at, $__timeFrom()), '5m') FROM snapshots",
        "2026-03-14 15:05:00")]
    [InlineData("SELECT $__timeGroup(captured_at, 1h) FROM snapshots", "2026-03-14 15:00:00")]
    [InlineData("SELECT $__snapshot", "snap-'1")]
    [InlineData("SELECT $__program", "shop")]
    [InlineData("SELECT coalesce($__environment, 'all')", "all")]
    [InlineData("SELECT count(*) FROM processes WHERE process_id IN ($__processes)", "3")]
    [InlineData("SELECT '$__snapshot' /* $__nothing */ -- $__nothing", "$__snapshot")]
    [InlineData("SELECT $$ $__nothing $$ AS \"$__nothing\"", " $__nothing ")]
    public async Task Become_values_outside_of_texts_and_comments(string sql, string expected)
    {
        QueryAnswer answer = await QueryAnswer.Of(runner, Request(sql), subject);
        Assert.Equal([expected], answer.Rows);
    }

    [Fact]
    public async Task Leave_no_trace_in_the_SQL_that_is_shown()
    {
        QueryAnswer answer = await QueryAnswer.Of(runner, Request("SELECT $__snapshot, $__interval"), subject);
        Assert.Equal("SELECT 'snap-''1', INTERVAL '60000 milliseconds'", answer.Outcome!.ExecutedSql);
    }

    [Theory]
    [InlineData("shop", "", "1")]
    [InlineData("", "it's", "3")]
    [InlineData("", "'; DROP TABLE processes --", null)]
    [InlineData("depot", "checkout", null)]
    public async Task Processes_are_those_that_the_query_is_about(string program, string process, string? expected)
    {
        QueryRequest request = Request("SELECT process_id FROM processes WHERE process_id IN ($__processes)");
        request.Program = program;
        if (process.Length > 0)
            request.Processes.Add(process);
        QueryAnswer answer = await QueryAnswer.Of(runner, request, subject);
        // A process whose program nobody knows is of the program that the snapshot was taken of.
        Assert.Equal(program == "shop" ? ["1", "3"] : expected is null ? [] : [expected], answer.Rows);
    }

    [Theory]
    [InlineData("SELECT $__nothing", "there is no macro $__nothing; there are $__environment, $__interval, ")]
    [InlineData("SELECT $__timeFilter()", "$__timeFilter takes one column")]
    [InlineData("SELECT $__timeFilter(a, b)", "$__timeFilter takes one column")]
    [InlineData("SELECT $__timeFilter(a", "the brackets after $__timeFilter are not closed")]
    [InlineData("SELECT $__timeGroup(a)", "$__timeGroup takes a column and an interval")]
    [InlineData("SELECT $__timeGroup(a, 'x''); DROP')", "is no interval")]
    [InlineData("SELECT $__snapshot(1)", "$__snapshot takes no arguments")]
    public async Task That_are_wrong_are_explained(string sql, string expected)
    {
        StoreException e = await Assert.ThrowsAsync<StoreException>(() =>
            QueryAnswer.Of(runner, Request(sql), subject));
        Assert.Equal(StoreError.Sql, e.Error);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    private static QueryRequest Request(string sql) => new()
    {
        Kind = QueryKind.Sql,
        Sql = sql,
        FromUnixNs = Noon,
        ToUnixNs = Noon + 3_600_000_000_000,
        IntervalNs = 60_000_000_000,
    };
}
