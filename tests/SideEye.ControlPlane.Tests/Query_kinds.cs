using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;
using SideEye.Store.Derivation;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests;

public sealed class Query_kinds : QueryFixture
{
    [Fact]
    public async Task Goroutine_groups_are_those_of_the_command_line()
    {
        QueryAnswer answer = await Ask(Kind(QueryKind.Goroutines));
        Assert.Equal("goroutines", answer.Header.Name);
        Assert.Equal(3, answer.Rows.Count);
        Assert.StartsWith(
            "checkout | 1 | 2 | waiting | chan receive | 3000000000 | observed | 10 | main.serve | m.go | 7",
            answer.Rows[0], StringComparison.Ordinal);
        Assert.EndsWith("""["runtime.gopark","main.serve","main.main"]""", answer.Rows[0], StringComparison.Ordinal);
        QueryRequest filtered = Kind(QueryKind.Goroutines);
        filtered.FunctionFilter = "main\\.w.rk";
        filtered.Processes.Add("stock");
        string only = Assert.Single((await Ask(filtered)).Rows);
        Assert.StartsWith("stock | 2 | 1 | running", only, StringComparison.Ordinal);
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
        answer = await QueryAnswer.Of(small, Kind(QueryKind.Flamegraph), Subject);
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
        StoreException e = await Fails(Picker("values", "processes", "pid\" FROM read_text('/x') --"));
        Assert.Equal(StoreError.Sql, e.Error);
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
        QueryAnswer answer = await QueryAnswer.Of(Runner, Kind(QueryKind.Logs), Captured());
        Assert.Equal(4, answer.Rows.Count);
        Assert.StartsWith("2026-03-14 15:09:26.535 | address=c1 | call:1:10:0:address | {\"table\":\"call\"",
            answer.Rows[0], StringComparison.Ordinal);
        QueryRequest filtered = Kind(QueryKind.Logs);
        filtered.TextFilter = "C2";
        Assert.Equal(2, (await QueryAnswer.Of(Runner, filtered, Captured())).Rows.Count);
        filtered.TextFilter = "' OR true --";
        Assert.Empty((await QueryAnswer.Of(Runner, filtered, Captured())).Rows);
    }

    [Fact]
    public async Task A_node_graph_has_every_end_of_its_edges()
    {
        QueryAnswer answer = await QueryAnswer.Of(Runner, Kind(QueryKind.Nodegraph), Captured());
        List<string> nodes = answer.Frames[0].Rows;
        Assert.Equal(4, nodes.Count);
        Assert.Contains("call:0 | call | checkout goroutine 10 | NULL | waiting | 1 | 10 | 0", nodes);
        Assert.Equal(["1:call:0:handle:0 | call:0 | handle:0 | 1 | the server",
            "1:call:1:handle:1 | call:1 | handle:1 | 1 | the server"], answer.Frames[1].Rows.Order());
        QueryRequest one = Kind(QueryKind.Nodegraph);
        one.Links = new LinksQuery { Table = "CALL", GoroutineId = 10 };
        answer = await QueryAnswer.Of(Runner, one, Captured());
        Assert.Equal(["call:0", "handle:0"], answer.Frames[0].Rows.Select(row => row.Split(" | ")[0]).Order());
        using QueryRunner small = new(QueryRunnerLimits.Default with { GraphNodesMax = 2 });
        answer = await QueryAnswer.Of(small, Kind(QueryKind.Nodegraph), Captured());
        Assert.Equal(2, answer.Frames[0].Rows.Count);
        Assert.Single(answer.Frames[1].Rows);
        Assert.Equal("truncated", Assert.Single(answer.Notices).Kind);
    }

    private QuerySubject Captured()
    {
        string path = File("captured.duckdb");
        DerivationSpec spec = new()
        {
            Links =
            [
                new TableLink(
                    new LinkedColumns("call", ["address"]), new LinkedColumns("handle", ["peer"]), "the server"),
            ],
        };
        new CapturedTables().Table("call", "address VARCHAR", [1, 10L, 0, "c1"], [1, 11L, 0, "c2"])
            .Table("handle", "peer VARCHAR", [2, 20L, 5, "c1"], [2, 21L, 5, "c2"]).Write(path, spec);
        return new QuerySubject { Snapshot = Ref("snap-2", path) };
    }
}
