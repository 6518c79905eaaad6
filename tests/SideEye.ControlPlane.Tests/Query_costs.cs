using System.Diagnostics;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests;

/// <summary>What queries cost on this machine: figures for people, nothing is asserted about time.</summary>
public sealed class Query_costs : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly QueryRunner runner = new(QueryRunnerLimits.Default);

    public void Dispose()
    {
        runner.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Of_ten_thousand_goroutines()
    {
        QuerySubject subject = Snapshot(10_000);
        foreach (QueryRequest request in (QueryRequest[])[Sql("FROM goroutines"), Sql("FROM waiting"),
            new QueryRequest { Kind = QueryKind.Goroutines }, new QueryRequest { Kind = QueryKind.Flamegraph }])
        {
            for (int round = 0; round < 3; round++)
            {
                Stopwatch watch = Stopwatch.StartNew();
                Counted answer = new();
                QueryOutcome outcome = await runner.RunAsync(
                    request, subject, answer, TestContext.Current.CancellationToken);
                TestContext.Current.TestOutputHelper?.WriteLine($"{request.Kind} {request.Sql}: {outcome.Rows} rows, "
                    + $"{answer.Bytes:N0} bytes, {watch.Elapsed.TotalMilliseconds:0.0} ms");
            }
        }
    }

    [Fact]
    public async Task Of_an_aggregation_of_a_million_rows()
    {
        QuerySubject subject = Snapshot(1_000_000);
        for (int round = 0; round < 4; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            QueryAnswer answer = await QueryAnswer.Of(runner, Sql(
                "SELECT wait_reason, status, count(*), max(waiting_for_ns), avg(waiting_for_ns) FROM goroutines "
                + "GROUP BY ALL ORDER BY 3 DESC"), subject);
            Assert.Equal(20, answer.Rows.Count);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"1,000,000 rows: {watch.Elapsed.TotalMilliseconds:0.0} ms");
        }
    }

    private QuerySubject Snapshot(int goroutines)
    {
        string path = folder.File("a.duckdb");
        SnapshotBuilder builder = new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711);
        for (int stack = 0; stack < 200; stack++)
        {
            builder.Stack(stack, [.. Enumerable.Range(0, 12).Select(n => ($"main.f{(stack * n) % 97}", "m.go", n))]);
        }
        for (int id = 0; id < goroutines; id++)
            builder.Goroutine(1, id, id % 200, reason: $"reason {id % 20}", waitedNs: id * 1000L, source: "observed");
        builder.Write(path);
        return new QuerySubject
        {
            Snapshot = new SnapshotRef("snap-1", path, SnapshotBuilder.CapturedAt, null, null),
        };
    }

    private static QueryRequest Sql(string sql) => new() { Kind = QueryKind.Sql, Sql = sql };

    private sealed class Counted : IQuerySink
    {
        public long Bytes { get; private set; }

        public ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop) => ValueTask.CompletedTask;

        public ValueTask RowsAsync(Google.Protobuf.ByteString arrow, CancellationToken stop)
        {
            Bytes += arrow.Length;
            return ValueTask.CompletedTask;
        }

        public void Notice(Notice notice)
        {
        }
    }
}
