using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;
using SideEye.Store.Derivation;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests;

public sealed class Query_kinds : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly QueryRunner runner = new(QueryRunnerLimits.Default);
    private readonly QuerySubject subject;

    public Query_kinds()
    {
        string path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711, ("program", "shop"))
            .Process(2, "stock", 4712, ("program", "depot"))
            .Stack(7, ("runtime.gopark", "proc.go", 1), ("main.serve", "m.go", 7), ("main.main", "m.go", 1))
            .Stack(8, ("main.work", "m.go", 9), ("main.main", "m.go", 1))
            .Goroutine(1, 10, 7, reason: "chan receive", waitedNs: 3_000_000_000, source: "observed")
            .Goroutine(1, 11, 7, reason: "chan receive", waitedNs: 1_000_000_000, source: "observed")
            .Goroutine(1, 12, 8, status: "running")
            .Goroutine(1, 13, 8, "waiting", "GC worker (idle)", more: ("is_system", true))
            .Goroutine(2, 20, 8, status: "running")
            .Write(path);
        subject = new QuerySubject { Snapshot = Ref("snap-1", path) };
    }

    public void Dispose()
    {
        runner.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task SQL_gives_one_frame_whose_columns_say_what_they_are()
    {
        QueryAnswer answer = await Ask(Sql("SELECT process_id, goroutine_id, waiting_for_ns, count(*) AS count, "
            + "now() AS at, [1] AS l, sum(process_id) AS total FROM goroutines WHERE goroutine_id = 10 GROUP BY ALL"));
        Assert.Equal(["process", "goroutine", "", "", "", "", ""], answer.Header.Columns.Select(each => each.Identity));
        Assert.Equal(["", "", "ns", "count", "time", "", ""], answer.Header.Columns.Select(each => each.Unit));
        Assert.Equal(["INTEGER", "BIGINT", "BIGINT", "BIGINT", "TIMESTAMP WITH TIME ZONE", "JSON", "DOUBLE"],
            answer.Header.Columns.Select(each => each.Type));
        Assert.Equal("Best known lower bound of the time waited; NULL when none is known.",
            answer.Header.Columns[2].Description);
        Assert.StartsWith("1 | 10 | 3000000000 | 1 | ", Assert.Single(answer.Rows), StringComparison.Ordinal);
        Assert.EndsWith(" | [1] | 1", answer.Rows[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_rows_still_have_columns()
    {
        QueryAnswer answer = await Ask(Sql("SELECT pid, host FROM processes WHERE false"));
        Assert.Equal(["pid", "host"], answer.Header.Columns.Select(each => each.Name));
        Assert.Empty(answer.Rows);
        Assert.Single(answer.Messages);
    }

    [Fact]
    public async Task Many_rows_come_in_messages_of_a_good_size_and_in_order()
    {
        QueryAnswer answer = await Ask(Sql("SELECT range AS n, 'row ' || range AS t FROM range(40000)"));
        Assert.Equal(Enumerable.Range(0, 40_000).Select(n => $"{n} | row {n}"), answer.Rows);
        Assert.Equal(3, answer.Messages.Count);
    }

    [Fact]
    public async Task Large_values_make_small_messages()
    {
        QueryAnswer answer = await Ask(Sql("SELECT lpad('x', 60000, 'x') || range AS t FROM range(1000)"));
        Assert.Equal(1000, answer.Rows.Count);
        Assert.All(answer.Messages, bytes => Assert.InRange(bytes, 1, 9 << 20));
    }

    [Fact]
    public async Task A_value_that_is_too_large_is_an_error_that_names_its_column()
    {
        StoreException e = await Fails(Sql(
            "SELECT 1 AS a, string_agg(range::VARCHAR, ',') AS huge FROM range(1000000)"));
        Assert.Equal(StoreError.ResultSize, e.Error);
        Assert.Contains("column huge", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_rows_than_wanted_are_cut_with_a_notice_but_fail_an_alert()
    {
        QueryRequest request = Sql("FROM range(5000)");
        request.RowsMax = 3000;
        QueryAnswer answer = await Ask(request);
        Assert.Equal(3000, answer.Rows.Count);
        Assert.Equal("truncated", Assert.Single(answer.Notices).Kind);
        request.Caller = new Caller { Origin = Origin.Alert };
        Assert.Equal(StoreError.RowLimit, (await Fails(request)).Error);
        request.RowsMax = 5000;
        Assert.Empty((await Ask(request)).Notices);
    }

    [Fact]
    public async Task A_query_without_end_ends_with_its_time_and_the_next_is_answered()
    {
        using QueryRunner hasty = new(QueryRunnerLimits.Default with { TimeMax = TimeSpan.FromMilliseconds(300) });
        StoreException e = await Assert.ThrowsAsync<StoreException>(() => QueryAnswer.Of(hasty,
            Sql("SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = -1"), subject));
        Assert.Equal(StoreError.TimeLimit, e.Error);
        Assert.Equal(["2"], (await Ask(Sql("SELECT count(*) FROM processes"))).Rows);
    }

    [Fact]
    public async Task A_cancelled_query_ends_as_cancelled()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runner.RunAsync(
            Sql("SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = -1"), subject,
            new QueryAnswer(), stop.Token));
    }

    [Fact]
    public async Task History_is_that_of_the_subject_and_missing_files_are_said()
    {
        QuerySubject past = subject with
        {
            History = [Ref("gone", folder.File("gone.duckdb")), subject.Snapshot! with { SnapshotId = "there" }],
        };
        QueryAnswer answer = await QueryAnswer.Of(runner, Sql(
            "SELECT h.snapshot_id, h.pid FROM history.processes h JOIN processes USING (pid) ORDER BY 2"), past);
        Assert.Equal(["there | 4711", "there | 4712"], answer.Rows);
        Notice notice = Assert.Single(answer.Notices);
        Assert.Equal("partial", notice.Kind);
        Assert.Contains("gone", notice.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.FullName, notice.Text, StringComparison.Ordinal);
        using QueryRunner frugal = new(QueryRunnerLimits.Default with { HistoryFilesMax = 1 });
        answer = await QueryAnswer.Of(frugal, Sql("SELECT DISTINCT snapshot_id FROM history.processes"), past);
        Assert.Equal("truncated", Assert.Single(answer.Notices).Kind);
    }

    [Fact]
    public async Task Nothing_to_ask_is_said_in_words()
    {
        foreach (QueryRequest request in (QueryRequest[])[Sql("FROM processes"), Kind(QueryKind.Goroutines), Sql(" ")])
        {
            StoreException e = await Assert.ThrowsAsync<StoreException>(() =>
                QueryAnswer.Of(runner, request, new QuerySubject()));
            Assert.NotEmpty(e.Message);
        }
        StoreException gone = await Assert.ThrowsAsync<StoreException>(() => QueryAnswer.Of(
            runner, Sql("FROM processes"), new QuerySubject { Snapshot = Ref("snap-9", folder.File("gone.duckdb")) }));
        Assert.Equal("snapshot snap-9: its file: no such file", gone.Message);
    }

    [Fact]
    public async Task Goroutine_groups_are_those_of_the_command_line()
    {
        QueryAnswer answer = await Ask(Kind(QueryKind.Goroutines));
        Assert.Equal("goroutines", answer.Header.Name);
        Assert.Equal(3, answer.Rows.Count);
        Assert.StartsWith("checkout | 1 | 2 | waiting | chan receive | 3000000000 | observed | 10 | main.serve | m.go | 7",
            answer.Rows[0], StringComparison.Ordinal);
        Assert.EndsWith("""["runtime.gopark","main.serve","main.main"]""", answer.Rows[0], StringComparison.Ordinal);
        QueryRequest filtered = Kind(QueryKind.Goroutines);
        filtered.FunctionFilter = "main\\.w.rk";
        filtered.Processes.Add("stock");
        Assert.StartsWith("stock | 2 | 1 | running", Assert.Single((await Ask(filtered)).Rows), StringComparison.Ordinal);
        filtered.FunctionFilter = "(";
        Assert.Equal(StoreError.Sql, (await Fails(filtered)).Error);
    }

    [Fact]
    public async Task A_flame_graph_has_one_root_and_goes_depth_first()
    {
        QueryRequest request = Kind(QueryKind.Flamegraph);
        QueryAnswer answer = await Ask(request);
        Assert.Equal(["level", "value", "self", "label"], answer.Header.Columns.Select(each => each.Name));
        Assert.Equal(
        [
            "0 | 4 | 0 | all goroutines", "1 | 3 | 0 | checkout (process 1, pid 4711)", "2 | 3 | 0 | main.main",
            "3 | 2 | 0 | main.serve", "4 | 2 | 2 | [chan receive]", "3 | 1 | 0 | main.work", "4 | 1 | 1 | [running]",
            "1 | 1 | 0 | stock (process 2, pid 4712)", "2 | 1 | 0 | main.main", "3 | 1 | 0 | main.work",
            "4 | 1 | 1 | [running]",
        ], answer.Rows);
        request.Program = "depot";
        Assert.Equal(["0 | 1 | 0 | all goroutines", "1 | 1 | 0 | main.main"], (await Ask(request)).Rows[..2]);
        request.FunctionFilter = "nowhere";
        Assert.Equal(["0 | 0 | 0 | all goroutines"], (await Ask(request)).Rows);
        using QueryRunner small = new(QueryRunnerLimits.Default with { FlameNodesMax = 3 });
        answer = await QueryAnswer.Of(small, Kind(QueryKind.Flamegraph), subject);
        Assert.Equal(4, answer.Rows.Count);
        Assert.Equal("truncated", Assert.Single(answer.Notices).Kind);
    }

    [Fact]
    public async Task Names_for_pickers_are_texts()
    {
        Assert.Equal(["checkout | checkout", "stock | stock"], (await Ask(Picker("processes"))).Rows);
        Assert.Contains("goroutine_groups | goroutine_groups", (await Ask(Picker("tables"))).Rows);
        Assert.Equal(["snapshot_id | snapshot_id", "captured_at | captured_at"],
            (await Ask(Picker("columns", "snapshots"))).Rows[..2]);
        Assert.Equal(["10 | 10", "11 | 11"], (await Ask(Picker("values", "goroutines", "goroutine_id"))).Rows[..2]);
        Assert.All((await Ask(Picker("values", "processes", "pid"))).Header.Columns,
            column => Assert.Equal("VARCHAR", column.Type));
        Assert.Equal(StoreError.Sql, (await Fails(Picker("x"))).Error);
        Assert.Equal(StoreError.Sql, (await Fails(Picker("columns", "\"; DROP"))).Error);
        Assert.Equal(StoreError.Sql, (await Fails(Picker("values", "processes", "pid\" FROM read_text('/x') --"))).Error);
    }

    [Fact]
    public async Task A_snapshot_without_captures_has_no_logs_and_no_links()
    {
        QueryAnswer logs = await Ask(Kind(QueryKind.Logs));
        Assert.Equal(["timestamp", "body", "id", "labels"], logs.Header.Columns.Select(each => each.Name));
        Assert.Equal("info", Assert.Single(logs.Notices).Severity);
        QueryAnswer graph = await Ask(Kind(QueryKind.Nodegraph));
        Assert.Equal(["nodes", "edges"], graph.Frames.Select(frame => frame.Header.Name));
    }

    [Fact]
    public async Task Captured_values_are_lines_with_labels()
    {
        QueryAnswer answer = await QueryAnswer.Of(runner, Kind(QueryKind.Logs), Captured());
        Assert.Equal(4, answer.Rows.Count);
        Assert.StartsWith("2026-03-14 15:09:26.535 | address=c1 | call:1:10:0:address | {\"table\":\"call\"",
            answer.Rows[0], StringComparison.Ordinal);
        QueryRequest filtered = Kind(QueryKind.Logs);
        filtered.TextFilter = "C2";
        Assert.Equal(2, (await QueryAnswer.Of(runner, filtered, Captured())).Rows.Count);
        filtered.TextFilter = "' OR true --";
        Assert.Empty((await QueryAnswer.Of(runner, filtered, Captured())).Rows);
    }

    [Fact]
    public async Task A_node_graph_has_every_end_of_its_edges()
    {
        QueryAnswer answer = await QueryAnswer.Of(runner, Kind(QueryKind.Nodegraph), Captured());
        List<string> nodes = answer.Frames[0].Rows;
        Assert.Equal(4, nodes.Count);
        Assert.Contains("call:0 | call | checkout goroutine 10 | NULL | waiting | 1 | 10 | 0", nodes);
        Assert.Equal(["1:call:0:handle:0 | call:0 | handle:0 | 1 | the server",
            "1:call:1:handle:1 | call:1 | handle:1 | 1 | the server"], answer.Frames[1].Rows.Order());
        QueryRequest one = Kind(QueryKind.Nodegraph);
        one.Links = new LinksQuery { Table = "CALL", GoroutineId = 10 };
        answer = await QueryAnswer.Of(runner, one, Captured());
        Assert.Equal(["call:0", "handle:0"], answer.Frames[0].Rows.Select(row => row.Split(" | ")[0]).Order());
        using QueryRunner small = new(QueryRunnerLimits.Default with { GraphNodesMax = 2 });
        answer = await QueryAnswer.Of(small, Kind(QueryKind.Nodegraph), Captured());
        Assert.Equal(2, answer.Frames[0].Rows.Count);
        Assert.Single(answer.Frames[1].Rows);
        Assert.Equal("truncated", Assert.Single(answer.Notices).Kind);
    }

    [Fact]
    public async Task Many_at_once_are_all_answered()
    {
        QueryAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(n =>
            Ask(Sql($"SELECT {n}, count(*) FROM goroutines"))));
        Assert.Equal(Enumerable.Range(0, 40).Select(n => $"{n} | 5"), answers.Select(answer => answer.Rows[0]));
    }

    [Fact]
    public async Task A_file_that_was_replaced_is_read_anew()
    {
        Assert.Equal(["2"], (await Ask(Sql("SELECT count(*) FROM processes"))).Rows);
        new SnapshotBuilder().Snapshot().Write(subject.Snapshot!.Path);
        Assert.Equal(["0"], (await Ask(Sql("SELECT count(*) FROM processes"))).Rows);
    }

    private QuerySubject Captured()
    {
        string path = folder.File("captured.duckdb");
        DerivationSpec spec = new()
        {
            Links =
            [
                new TableLink(new LinkedColumns("call", ["address"]), new LinkedColumns("handle", ["peer"]), "the server"),
            ],
        };
        new CapturedTables().Table("call", "address VARCHAR", [1, 10L, 0, "c1"], [1, 11L, 0, "c2"])
            .Table("handle", "peer VARCHAR", [2, 20L, 5, "c1"], [2, 21L, 5, "c2"]).Write(path, spec);
        return new QuerySubject { Snapshot = Ref("snap-2", path) };
    }

    private Task<QueryAnswer> Ask(QueryRequest request) => QueryAnswer.Of(runner, request, subject);

    private Task<StoreException> Fails(QueryRequest request) =>
        Assert.ThrowsAsync<StoreException>(() => Ask(request));

    private static SnapshotRef Ref(string id, string path) => new(id, path, SnapshotBuilder.CapturedAt, null, null);

    private static QueryRequest Kind(QueryKind kind) => new() { Kind = kind };

    private static QueryRequest Sql(string sql) => new() { Kind = QueryKind.Sql, Sql = sql };

    private static QueryRequest Picker(string what, string table = "", string column = "") => new()
    {
        Kind = QueryKind.Variables,
        Variables = new VariablesQuery { What = what, Table = table, Column = column },
    };
}
