using Grpc.Core;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Capturing;
using SideEye.Protocol.Agent;
using SideEye.Protocol.ControlPlane;
using ControlPlaneClient = SideEye.Protocol.ControlPlane.ControlPlane.ControlPlaneClient;
using Trailer = SideEye.Protocol.ControlPlane.Trailer;

namespace SideEye.ControlPlane.Tests.Serving;

public sealed class Queries_over_grpc : ServerFixture
{
    [Fact]
    public async Task The_panels_of_one_refresh_are_answered_by_one_capture()
    {
        await StartAsync();
        ControlPlaneClient client = Client();
        (QueryAnswer Answer, Trailer Trailer)[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => AskAsync(client, Sql("SELECT count(*) AS n FROM goroutines"))));
        Assert.All(answers, static one => Assert.Equal(["2"], one.Answer.Rows));
        string id = Assert.Single(answers.Select(static one => one.Trailer.SnapshotId).Distinct());
        Assert.Equal(id, Assert.Single(Taker.Orders).SnapshotId);
        Assert.Equal("local", Taker.Orders.First().RequestedBy);
        Assert.NotEqual(0, answers[0].Trailer.CapturedAtUnixNs);
        Assert.Equal("SELECT count(*) AS n FROM goroutines", answers[0].Trailer.ExecutedSql);
    }

    [Fact]
    public async Task A_storm_of_requests_is_answered_by_one_capture()
    {
        await StartAsync();
        ControlPlaneClient client = Client();
        QueryRequest request = new() { Kind = QueryKind.Goroutines, Caller = new Caller { Origin = Origin.Panel } };
        (QueryAnswer Answer, Trailer Trailer)[] answers =
            await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => AskAsync(client, request)));
        Assert.All(answers, static one => Assert.Single(one.Answer.Rows));
        Assert.Single(Taker.Orders);
    }

    [Fact]
    public async Task What_is_wrong_with_a_query_is_its_own_fault_and_what_is_not_there_is_not_found()
    {
        await StartAsync();
        ControlPlaneClient client = Client();
        Status wrong = await FailureAsync(client, Sql("SELECT nothing FROM nowhere"));
        Assert.Equal(StatusCode.InvalidArgument, wrong.StatusCode);
        Assert.Contains("nowhere", wrong.Detail, StringComparison.Ordinal);
        QueryRequest byId = Sql("SELECT 1");
        byId.Snapshot = new SnapshotChoice { Id = new string('a', 32) };
        Status gone = await FailureAsync(client, byId);
        Assert.Equal(StatusCode.NotFound, gone.StatusCode);
        Assert.StartsWith("there is no snapshot aaaa", gone.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.InvalidArgument, (await FailureAsync(client, new QueryRequest())).StatusCode);
        Taker.OnTake = static (_, _) => throw new CaptureException("nothing was captured: é");
        QueryRequest other = Sql("SELECT 1");
        other.Program = "other";
        Status failed = await FailureAsync(client, other);
        Assert.Equal((StatusCode.FailedPrecondition, "nothing was captured: é"), (failed.StatusCode, failed.Detail));
    }

    [Fact]
    public async Task The_history_is_answered_also_while_nothing_can_be_captured()
    {
        await StartAsync();
        ControlPlaneClient client = Client();
        await AskAsync(client, Sql("SELECT 1 AS one"));
        Taker.OnTake = static (_, _) => throw new CaptureException("host-a cannot be reached");
        QueryRequest request = Sql("SELECT count(DISTINCT snapshot_id) AS n FROM history.goroutines");
        (QueryAnswer answer, Trailer trailer) = await AskAsync(client, request);
        Assert.Equal(["1"], answer.Rows);
        Assert.Equal("", trailer.SnapshotId);
        Assert.Empty(trailer.Notices);
        request.Program = "shop";
        Assert.Equal(StatusCode.NotFound, (await FailureAsync(client, request)).StatusCode);
    }

    [Fact]
    public async Task Snapshots_are_listed_with_what_is_known_of_them()
    {
        await StartAsync();
        ControlPlaneClient client = Client();
        await AskAsync(client, Sql("SELECT 1 AS one"));
        QueryRequest request = Sql("");
        request.Kind = QueryKind.Snapshots;
        (QueryAnswer answer, _) = await AskAsync(client, request);
        string[] row = Assert.Single(answer.Rows).Split(" | ");
        Assert.Equal(
            ["snapshot_id", "captured_at", "program", "environment", "requested_by", "duration_ns", "pause_max_ns",
                "processes", "goroutines", "file_bytes", "is_truncated", "error"],
            answer.Header.Columns.Select(static one => one.Name));
        Assert.Equal(Taker.Orders.First().SnapshotId, row[0]);
        Assert.Equal(["NULL", "NULL", "local"], row[2..5]);
        Assert.Equal(["1000000", "1", "10", "1000", "false", "NULL"], row[6..]);
        Assert.Equal(["snapshot", "time", "ns", "bytes"], new[] { 0, 1, 5, 9 }.Select(
            i => answer.Header.Columns[i].Identity + answer.Header.Columns[i].Unit));
        request.ToUnixNs = request.FromUnixNs;
        Assert.Empty((await AskAsync(client, request)).Answer.Rows);
    }

    [Fact]
    public async Task Names_for_pickers_need_no_snapshot_and_never_have_one_taken()
    {
        Catalog.Processes = [Process("shop", "prod", "a"), Process("shop", "test", "b"), Process("cart", "prod", "c")];
        await StartAsync();
        ControlPlaneClient client = Client();
        Assert.Equal(["cart | cart", "shop | shop"], await PickAsync(client, "programs"));
        Assert.Equal(["prod | prod", "test | test"], await PickAsync(client, "environments"));
        Assert.Equal(["a@host-a | a@host-a", "b@host-a | b@host-a"], await PickAsync(client, "processes", "shop"));
        Assert.Empty(await PickAsync(client, "snapshots"));
        Assert.Empty(await PickAsync(client, "tables"));
        Assert.Empty(await PickAsync(client, "values"));
        Assert.Empty(Taker.Orders);
        await AskAsync(client, Sql("SELECT 1 AS one"));
        Assert.Contains("goroutines | goroutines", await PickAsync(client, "tables"));
        Assert.EndsWith(Taker.Orders.First().SnapshotId, Assert.Single(await PickAsync(client, "snapshots")),
            StringComparison.Ordinal);
        Assert.Single(Taker.Orders);
    }

    [Fact]
    public async Task Health_says_when_a_token_passes_nobodys_role_on()
    {
        await StartWithTokensAsync();
        HealthResponse ofViewer = await Client(ViewerToken).HealthAsync(new HealthRequest(), cancellationToken: Stop);
        Assert.EndsWith("vera may not say for whom it asks: everybody in Grafana is Viewer here. "
            + "A token of role grafana passes people's own roles on.", ofViewer.Message, StringComparison.Ordinal);
        HealthResponse right = await Client(GrafanaToken).HealthAsync(new HealthRequest(), cancellationToken: Stop);
        Assert.DoesNotContain("role", right.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_the_query()
    {
        await StartAsync();
        ControlPlaneClient client = Client();
        await AskAsync(client, Sql("SELECT 1 AS one"));
        using CancellationTokenSource leave = new();
        QueryRequest endless = Sql("SELECT sum(a.range * b.range) AS n FROM range(1000000) a, range(1000000) b");
        Task asking = AskAsync(client, endless, leave.Token);
        await UntilAsync(async () => (await MetricsAsync()).Contains(
            "sideeye_queries_running 1", StringComparison.Ordinal));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => asking);
        await UntilAsync(async () => (await MetricsAsync()).Contains(
            "sideeye_queries_total{kind=\"sql\",outcome=\"cancelled\"} 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Followers_hear_of_new_snapshots_of_their_program()
    {
        await StartAsync();
        ControlPlaneClient client = Client();
        using AsyncServerStreamingCall<SnapshotEvent> call =
            client.Snapshots(new SnapshotsRequest { Program = "shop" }, cancellationToken: Stop);
        await call.ResponseHeadersAsync;
        await AskAsync(client, Sql("SELECT 1 AS one"));
        QueryRequest ofShop = Sql("SELECT 1 AS one");
        ofShop.Program = "shop";
        (_, Trailer trailer) = await AskAsync(client, ofShop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
        SnapshotEvent heard = call.ResponseStream.Current;
        Assert.Equal((trailer.SnapshotId, "shop", trailer.CapturedAtUnixNs),
            (heard.SnapshotId, heard.Program, heard.CapturedAtUnixNs));
    }

    [Fact]
    public async Task Rows_over_the_query_s_own_limit_are_cut_with_a_notice()
    {
        await StartAsync();
        QueryRequest request = Sql("SELECT * FROM range(10)");
        request.RowsMax = 3;
        (QueryAnswer answer, Trailer trailer) = await AskAsync(Client(), request);
        Assert.Equal(3, answer.Rows.Count);
        Assert.Equal((3, "truncated"), (trailer.Rows, Assert.Single(trailer.Notices).Kind));
    }

    private async Task<string> MetricsAsync() => await Http().GetStringAsync("/metrics", Stop);

    private static async Task<List<string>> PickAsync(ControlPlaneClient client, string what, string program = "")
    {
        QueryRequest request = Sql("");
        request.Kind = QueryKind.Variables;
        request.Program = program;
        request.Variables = new VariablesQuery { What = what, Table = "goroutines", Column = "status" };
        return (await AskAsync(client, request)).Answer.Rows;
    }

    private static FleetProcess Process(string program, string environment, string name)
    {
        Process process = new() { Key = name, Name = name, Program = program };
        process.Labels.Add("environment", environment);
        return new FleetProcess("127.0.0.1:7461", "host-a", process);
    }
}
