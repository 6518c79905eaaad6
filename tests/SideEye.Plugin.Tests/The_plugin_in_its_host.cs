using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using SideEye.Protocol.ControlPlane;
using static SideEye.Plugin.Tests.Requests;
using static SideEye.Plugin.Tests.Rows;

namespace SideEye.Plugin.Tests;

/// <summary>
/// The built plugin, launched by hashicorp/go-plugin, its frames read by the Arrow library for Go; its control plane
/// is scripted.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class The_plugin_in_its_host : IAsyncLifetime
{
    private GrafanaHost host = null!;
    private ScriptedControlPlane control = null!;

    public async ValueTask InitializeAsync()
    {
        await BuiltPlugin.BuildAsync();
        control = await ScriptedControlPlane.StartAsync();
        host = await GrafanaHost.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await control.DisposeAsync();
    }

    [Fact]
    public async Task It_says_where_it_listens_answers_pings_and_leaves_no_socket()
    {
        JsonElement started = await host.LaunchAsync("one");
        Assert.Equal("unix", started.GetProperty("network").GetString());
        Assert.Equal([started.GetProperty("address").GetString()], host.Sockets);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.Sockets[0]));
        Succeeded(await host.DoAsync("one", "ping"));
        JsonElement stopped = await host.DoAsync("one", "stop");
        Assert.True(stopped.GetProperty("exited").GetBoolean());
        Assert.Empty(host.Sockets);
        Assert.False(Directory.Exists($"/proc/{started.GetProperty("pid").GetInt32()}"));
        // The library kills what does not go by itself within two seconds, and then the socket stays.
        Assert.DoesNotContain(host.Log, line => line.Contains("failed to exit gracefully"));
    }

    [Fact]
    public async Task A_query_becomes_a_frame_with_units_links_and_notices()
    {
        control.Script.AnswerWith(
            Trailer(new Notice { Severity = "warning", Text = "an older snapshot", Kind = "stale" }),
            ("rows",
            [
                Batch(("goroutine_id", Longs(7, 8)), ("process_id", Longs(1, 1)), ("waiting_for_ns", Longs(5, null)),
                    ("at", Times(Epoch, Epoch + 1_000)), ("request", Texts("""{"id":1}""", null))),
                Batch(("goroutine_id", Longs(9)), ("process_id", Longs(1)), ("waiting_for_ns", Longs(6)),
                    ("at", Times(Epoch)), ("request", Texts("[]"))),
            ],
            [
                Column("goroutine_id", identity: "goroutine"), Column("process_id", identity: "process"),
                Column("waiting_for_ns", unit: "ns"), Column("at", unit: "time"), Column("request", type: "JSON"),
            ]));
        JsonElement frame = Assert.Single(FramesOf(await QueryAsync("""{"sql":"SELECT 1"}"""), "A"));
        Assert.Equal(3, frame.GetProperty("rows").GetInt32());
        Assert.Equal(["7", "8", "9"], ValuesOf(frame, "goroutine_id"));
        Assert.Equal("int64", FieldOf(frame, "goroutine_id").GetProperty("type").GetString());
        Assert.Equal(["5", null, "6"], ValuesOf(frame, "waiting_for_ns"));
        Assert.Equal("ns", ConfigOf(FieldOf(frame, "waiting_for_ns")).GetProperty("unit").GetString());
        Assert.StartsWith("2023-11-14 22:13:20", ValuesOf(frame, "at")[0]);
        Assert.Equal("binary", FieldOf(frame, "request").GetProperty("type").GetString());
        Assert.Equal("what request is", ConfigOf(FieldOf(frame, "request")).GetProperty("description").GetString());
        JsonElement link = ConfigOf(FieldOf(frame, "goroutine_id")).GetProperty("links")[0].GetProperty("internal");
        Assert.Equal("eye", link.GetProperty("datasourceUid").GetString());
        Assert.Equal("snap-1", link.GetProperty("query").GetProperty("snapshot").GetProperty("id").GetString());
        JsonElement meta = MetaOf(frame);
        Assert.Equal("SELECT 1", meta.GetProperty("executedQueryString").GetString());
        Assert.Equal("warning", meta.GetProperty("notices")[0].GetProperty("severity").GetString());
        Assert.Equal("snap-1", meta.GetProperty("custom").GetProperty("snapshotId").GetString());
        Assert.Equal("Bearer secret", Assert.Single(control.Script.Tokens));
    }

    [Fact]
    public async Task Every_query_of_a_panel_is_answered_for_itself()
    {
        control.Script.Answer = (request, _) => request.Sql == "bad"
            ? throw new RpcException(new Status(StatusCode.InvalidArgument, "there is no table bad"))
            : Script.Parts(Trailer(), ("", [Batch(("n", Longs(1)))], [Column("n")]));
        await host.LaunchAsync("one");
        JsonElement answer = Succeeded(await host.CallAsync("one", "/pluginv2.Data/QueryData", Query(
            Context(control.Url), ("A", """{"sql":"good"}"""), ("B", """{"sql":"bad"}"""), ("C", "[1]"))));
        Assert.Equal(200, ResponseOf(answer, "A").GetProperty("status").GetInt32());
        JsonElement failed = ResponseOf(answer, "B");
        Assert.Equal(400, failed.GetProperty("status").GetInt32());
        Assert.Equal("there is no table bad", failed.GetProperty("error").GetString());
        Assert.Equal("downstream", failed.GetProperty("errorSource").GetString());
        Assert.StartsWith("The query cannot be read", ResponseOf(answer, "C").GetProperty("error").GetString());
    }

    [Fact]
    public async Task An_alert_rule_gets_series_and_is_known_as_one()
    {
        control.Script.AnswerWith(Trailer(), ("",
            [Batch(("t", Times(Epoch + 1_000_000_000, Epoch, Epoch)), ("host", Texts("a", "a", "b")),
                ("n", Longs(3, 1, 2)))],
            [Column("t"), Column("host"), Column("n")]));
        await host.LaunchAsync("one");
        JsonElement answer = Succeeded(await host.CallAsync("one", "/pluginv2.Data/QueryData", Query(
            Context(control.Url, role: null), ("A", """{"sql":"x","format":"timeseries"}"""))
            .WithHeaders(("FromAlert", "true"))));
        JsonElement frame = Assert.Single(FramesOf(answer, "A"));
        Assert.Equal("timeseries-wide", MetaOf(frame).GetProperty("type").GetString());
        Assert.Equal("[0,1]", MetaOf(frame).GetProperty("typeVersion").GetRawText());
        JsonElement[] fields = [.. frame.GetProperty("fields").EnumerateArray()];
        Assert.Equal(["t", "n", "n"], fields.Select(field => field.GetProperty("name").GetString()));
        Assert.Equal(
            ["""{"host":"a"}""", """{"host":"b"}"""],
            fields.Skip(1).Select(field => field.GetProperty("metadata").GetProperty("labels").GetString()).Order());
        Assert.Equal(2, frame.GetProperty("rows").GetInt32());
        Caller caller = Assert.Single(control.Script.Requests).Caller;
        Assert.Equal((Origin.Alert, "", ""), (caller.Origin, caller.User, caller.Role));
    }

    [Fact]
    public async Task Chunks_health_metrics_resources_and_streams_are_there_and_admission_is_not()
    {
        control.Script.AnswerWith(Trailer(), ("", [Batch(("n", Longs(1, 2)))], [Column("n")]));
        control.Script.Health = new HealthResponse
        {
            Message = "2 of 3 agents answer.", Version = "0.1.0",
            Agents = { new AgentHealth { Host = "web-3", Address = "web-3:7461", Message = "connection refused" } },
        };
        await host.LaunchAsync("one");
        JsonObject query = Query(Context(control.Url), ("A", """{"sql":"x"}"""));
        JsonElement chunks = Succeeded(await host.CallAsync("one", "/pluginv2.Data/QueryChunkedData", query, max: 0));
        Assert.Equal(["1", "2"], ValuesOf(Assert.Single(FramesOf(chunks, "A")), "n"));

        JsonElement health = Succeeded(await host.CallAsync(
            "one", "/pluginv2.Diagnostics/CheckHealth", new() { ["pluginContext"] = Context(control.Url) }));
        Assert.Equal(2, health.GetProperty("responses")[0].GetProperty("status").GetInt32());
        Assert.Equal(
            "2 of 3 agents answer. web-3 (web-3:7461): connection refused",
            health.GetProperty("responses")[0].GetProperty("message").GetString());
        Assert.Contains("web-3:7461", Text(health.GetProperty("responses")[0], "jsonDetails"));

        JsonElement metrics = Succeeded(await host.CallAsync("one", "/pluginv2.Diagnostics/CollectMetrics", []));
        Assert.Contains(
            "sideeye_plugin_queries_total{origin=\"panel\",result=\"ok\"} 1",
            Text(metrics.GetProperty("responses")[0].GetProperty("metrics"), "prometheus"));

        JsonElement publish = Succeeded(await host.CallAsync("one", "/pluginv2.Stream/PublishStream", []));
        Assert.Equal(2, publish.GetProperty("responses")[0].GetProperty("status").GetInt32());
        JsonElement admission = await host.CallAsync("one", "/pluginv2.AdmissionControl/MutateAdmission", []);
        Assert.Equal("Unimplemented", admission.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("Viewer", "GET", "api/v1/snapshots", 200)]
    [InlineData("Viewer", "POST", "api/v1/snapshots", 403)]
    [InlineData("Editor", "POST", "api/v1/snapshots", 200)]
    [InlineData("Editor", "PUT", "api/v1/specs/shop", 403)]
    [InlineData("Admin", "PUT", "api/v1/specs/shop", 200)]
    [InlineData("Editor", "PUT", "api/v1/agents/host-a:7461", 403)]
    [InlineData("Admin", "PUT", "api/v1/agents/host-a:7461", 200)]
    [InlineData("Viewer", "GET", "api/v1/audit", 403)]
    [InlineData("Admin", "GET", "metrics", 404)]
    [InlineData("Admin", "GET", "api/v1/snapshots/../../metrics", 404)]
    [InlineData("Admin", "GET", "api/v1/snapshots/%2e%2e", 404)]
    [InlineData("", "GET", "api/v1/snapshots", 403)]
    public async Task Resources_reach_the_control_plane_in_the_persons_role(
        string role, string method, string path, int status)
    {
        await host.LaunchAsync("one");
        JsonElement answer = Succeeded(await host.CallAsync("one", "/pluginv2.Resource/CallResource", new()
        {
            ["pluginContext"] = Context(control.Url, role), ["path"] = path, ["method"] = method,
            ["url"] = $"{path}?limit=1", ["body"] = Base64("body"),
        }, max: 0));
        JsonElement[] parts = [.. answer.GetProperty("responses").EnumerateArray()];
        Assert.Equal(status, parts[0].GetProperty("code").GetInt32());
        if (status == 200)
            Assert.Equal($"{method} /{path}?limit=1 ann {role} Bearer secret body", Text(parts[1], "body"));
        else
            Assert.Contains("message", Text(parts[1], "body"));
    }

    [Fact]
    public async Task A_live_channel_brings_each_new_snapshot_over_a_broken_connection_too()
    {
        control.Script.Answer = (request, _) => Script.Parts(
            Trailer(), ("", [Batch(("snapshot", Texts(request.Snapshot.Id)))], [Column("snapshot")]));
        await host.LaunchAsync("one");
        JsonObject request = new()
        {
            ["pluginContext"] = Context(control.Url), ["path"] = "snapshots/live", ["data"] = Base64("""{"sql":"x"}"""),
        };
        JsonElement subscribed = Succeeded(await host.CallAsync(
            "one", "/pluginv2.Stream/SubscribeStream", (JsonObject)request.DeepClone()));
        Assert.Contains("\"schema\"", Text(subscribed.GetProperty("responses")[0], "data"));
        Task<JsonElement> running = host.CallAsync("one", "/pluginv2.Stream/RunStream", request, max: 2);
        await control.Script.Followers.WaitAsync(TestContext.Current.CancellationToken);
        control.Script.Taken("first");
        control.Script.Taken(Script.Break);
        await control.Script.Followers.WaitAsync(TestContext.Current.CancellationToken);
        control.Script.Taken("second");
        JsonElement streamed = Succeeded(await running);
        Assert.Equal(
            ["first", "second"],
            streamed.GetProperty("responses").EnumerateArray().Select(packet => JsonDocument.Parse(Text(packet, "data"))
                .RootElement.GetProperty("data").GetProperty("values")[0][0].GetString()));
        Assert.Contains(control.Script.Requests, each => each.Caller.Origin == Origin.Stream);
    }

    [Fact]
    public async Task Two_run_at_once_and_one_that_crashes_in_a_query_starts_again()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        control.Script.Answer = (request, stop) => request.Sql == "slow" ? Slow(asked, stop)
            : Script.Parts(Trailer(), ("", [Batch(("n", Longs(1)))], [Column("n")]));
        await host.LaunchAsync("one");
        await host.LaunchAsync("two");
        Assert.Equal(2, host.Sockets.Length);
        Task<JsonElement> slow = host.CallAsync(
            "one", "/pluginv2.Data/QueryData", Query(Context(control.Url), ("A", """{"sql":"slow"}""")));
        await asked.Task.WaitAsync(GrafanaHost.Patience, TestContext.Current.CancellationToken);
        await host.DoAsync("one", "crash");
        Assert.Equal("Unavailable", (await slow).GetProperty("code").GetString());
        // The control plane is not left with the work of somebody who is gone.
        await control.Script.Cancelled.Task.WaitAsync(GrafanaHost.Patience, TestContext.Current.CancellationToken);
        JsonObject query = Query(Context(control.Url), ("A", """{"sql":"fast"}"""));
        Succeeded(await host.CallAsync("two", "/pluginv2.Data/QueryData", (JsonObject)query.DeepClone()));
        await host.LaunchAsync("one");
        Succeeded(await host.CallAsync("one", "/pluginv2.Data/QueryData", query));
        // The socket of the one that crashed went when the next one started.
        Assert.Equal(2, host.Sockets.Length);
    }

    [Fact]
    public async Task What_it_logs_the_host_can_read()
    {
        await host.LaunchAsync("one");
        await host.CallAsync("one", "/pluginv2.Stream/RunStream", new() { ["path"] = "nowhere" }, max: 0);
        await host.DoAsync("one", "stop");
        // Read as a line of the plugin's own, with its level and message, and not as raw text.
        Assert.Contains(host.Log,
            line => line.Contains("\"@message\":\"Grafana asks to stop\"") && line.Contains("\"info\""));
        Assert.Contains(host.Log, line => line.Contains("broke off") && line.Contains("\"warn\""));
    }

    internal static JsonElement Succeeded(JsonElement answer)
    {
        Assert.False(answer.TryGetProperty("error", out JsonElement error), error.ToString());
        return answer;
    }

    private static async IAsyncEnumerable<QueryResponse> Slow(
        TaskCompletionSource asked, [EnumeratorCancellation] CancellationToken stop)
    {
        asked.TrySetResult();
        await Task.Delay(Timeout.Infinite, stop);
        yield break;
    }

    private async Task<JsonElement> QueryAsync(string json)
    {
        await host.LaunchAsync("one");
        return Succeeded(await host.CallAsync(
            "one", "/pluginv2.Data/QueryData", Query(Context(control.Url), ("A", json))));
    }
}
