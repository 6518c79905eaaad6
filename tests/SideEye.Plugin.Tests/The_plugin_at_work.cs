using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using SideEye.Protocol.ControlPlane;
using static SideEye.Plugin.Tests.Requests;
using static SideEye.Plugin.Tests.Rows;

namespace SideEye.Plugin.Tests;

/// <summary>Many queries, queries that nobody waits for any more, control planes that are down or not trusted.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class The_plugin_at_work : IAsyncLifetime
{
    private const string QueryData = "/pluginv2.Data/QueryData";

    private GrafanaHost host = null!;
    private ScriptedControlPlane control = null!;

    public async ValueTask InitializeAsync()
    {
        await BuiltPlugin.BuildAsync();
        control = await ScriptedControlPlane.StartAsync();
        host = await GrafanaHost.StartAsync(logLevel: "trace");
        await host.LaunchAsync("one");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await control.DisposeAsync();
    }

    [Fact]
    public async Task A_hundred_queries_at_once_each_get_their_own_answer()
    {
        control.Script.Answer = (request, _) =>
            Script.Parts(Trailer(), ("", [Batch(("sql", Texts(request.Sql)))], [Column("sql")]));
        Task<JsonElement>[] calls = [.. Enumerable.Range(0, 100).Select(i => host.CallAsync(
            "one", QueryData, Query(Context(control.Url), ("A", $$"""{"sql":"a{{i}}"}"""), ("B", """{"sql":"b"}"""))))];
        JsonElement[] answers = await Task.WhenAll(calls);
        for (int i = 0; i < answers.Length; i++)
        {
            Assert.Equal([$"a{i}"], ValuesOf(Assert.Single(FramesOf(answers[i], "A")), "sql"));
            Assert.Equal(["b"], ValuesOf(Assert.Single(FramesOf(answers[i], "B")), "sql"));
        }
    }

    [Fact]
    public async Task A_call_that_Grafana_cancels_is_cancelled_at_the_control_plane()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        control.Script.Answer = (_, stop) => Endless(asked, stop);
        Task<JsonElement> call = host.CallAsync(
            "one", QueryData, Query(Context(control.Url), ("A", """{"sql":"slow"}""")));
        await asked.Task.WaitAsync(GrafanaHost.Patience, TestContext.Current.CancellationToken);
        await host.CancelLastAsync();
        Assert.Equal("Canceled", (await call).GetProperty("code").GetString());
        await control.Script.Cancelled.Task.WaitAsync(GrafanaHost.Patience, TestContext.Current.CancellationToken);
        JsonElement metrics = await host.CallAsync("one", "/pluginv2.Diagnostics/CollectMetrics", []);
        Assert.Contains("sideeye_plugin_queries_running 0", Text(
            metrics.GetProperty("responses")[0].GetProperty("metrics"), "prometheus"));
    }

    [Fact]
    public async Task The_time_range_and_the_points_of_panels_and_rules_reach_the_control_plane()
    {
        control.Script.AnswerWith(Trailer());
        const string ask = """
            {"sql":"SELECT $__interval","program":"shop","environment":"eu","processes":"{web-1,web-2}","hide":true}
            """;
        JsonObject query = Query(Context(control.Url, role: null), ("A", ask)).WithHeaders(("FromAlert", "true"));
        await host.CallAsync("one", QueryData, query);
        QueryRequest request = Assert.Single(control.Script.Requests);
        Assert.Equal("SELECT $__interval", request.Sql);
        Assert.Equal(long.Parse(From) * 1_000_000, request.FromUnixNs);
        Assert.Equal(long.Parse(To) * 1_000_000, request.ToUnixNs);
        Assert.Equal((1_000_000_000, 500), (request.IntervalNs, request.MaxDataPoints));
        Assert.Equal(("shop", "eu"), (request.Program, request.Environment));
        Assert.Equal(["web-1", "web-2"], request.Processes);
    }

    [Fact]
    public async Task A_rule_that_names_a_variable_of_a_dashboard_is_told_so()
    {
        JsonObject query = Query(
            Context(control.Url, role: null), ("A", """{"sql":"x","processes":["$process"]}"""))
            .WithHeaders(("FromAlert", "true"));
        JsonElement answer = ResponseOf(await host.CallAsync("one", QueryData, query), "A");
        Assert.Contains("alert rules know no variables of dashboards", answer.GetProperty("error").GetString());
        Assert.Equal("downstream", answer.GetProperty("errorSource").GetString());
        Assert.Empty(control.Script.Requests);
    }

    [Theory]
    [InlineData("FromAlert", true, "timeseries-wide")]
    [InlineData("http_X-Grafana-From-Expr", true, "timeseries-wide")]
    [InlineData("FromAlert", false, "numeric-long")]
    public async Task Rules_and_expressions_get_series_or_numbers_without_being_told(
        string header, bool hasTime, string type)
    {
        control.Script.AnswerWith(Trailer(), ("", [hasTime
            ? Batch(("t", Times(Epoch)), ("host", Texts("a")), ("n", Longs(1)))
            : Batch(("host", Texts("a")), ("n", Longs(1)))], []));
        JsonElement answer = await host.CallAsync("one", QueryData, Query(
            Context(control.Url), ("A", """{"sql":"x"}""")).WithHeaders((header, "true")));
        Assert.Equal(type, MetaOf(Assert.Single(FramesOf(answer, "A"))).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Long_waits_are_coloured_and_columns_have_their_names()
    {
        Column age = Column("longest_waiting_ns", unit: "ns");
        age.DisplayName = "Longest wait";
        control.Script.AnswerWith(Trailer(), ("",
            [Batch(("longest_waiting_ns", Longs(1)), ("pause_ns", Longs(1)))], [age, Column("pause_ns", unit: "ns")]));
        JsonElement answer = await host.CallAsync(
            "one", QueryData, Query(Context(control.Url), ("A", """{"sql":"x"}""")));
        JsonElement frame = Assert.Single(FramesOf(answer, "A"));
        JsonElement config = ConfigOf(FieldOf(frame, "longest_waiting_ns"));
        Assert.Equal("Longest wait", config.GetProperty("displayNameFromDS").GetString());
        Assert.Equal("absolute", config.GetProperty("thresholds").GetProperty("mode").GetString());
        Assert.Equal(
            """[{"value":null,"color":"green"},{"value":1000000000,"color":"yellow"},"""
            + """{"value":10000000000,"color":"orange"},{"value":60000000000,"color":"red"}]""",
            config.GetProperty("thresholds").GetProperty("steps").GetRawText());
        Assert.Equal("thresholds", config.GetProperty("color").GetProperty("mode").GetString());
        Assert.False(ConfigOf(FieldOf(frame, "pause_ns")).TryGetProperty("thresholds", out _));
    }

    [Fact]
    public async Task A_certificate_is_trusted_by_its_authority_and_else_refused_in_words()
    {
        using X509Certificate2 certificate = Certificates.ForThisMachine();
        await using ScriptedControlPlane secure = await ScriptedControlPlane.StartAsync(
            listen => listen.UseHttps(certificate));
        secure.Script.AnswerWith(Trailer(), ("", [Batch(("n", Longs(1)))], []));
        string pem = certificate.ExportCertificatePem();

        Assert.Equal("", await ErrorAsync(Context(
            secure.Url, settings: new() { ["tlsAuthWithCACert"] = true }, updated: 1, secrets: ("tlsCACert", pem))));
        string refused = await ErrorAsync(Context(secure.Url, updated: 2));
        Assert.StartsWith($"The control plane at {secure.Url} cannot be reached: TLS: ", refused);
        Assert.Contains("PEM", await ErrorAsync(Context(
            secure.Url, settings: new() { ["tlsAuthWithCACert"] = true }, updated: 3, secrets: ("tlsCACert", "x"))));
        string plain = await ErrorAsync(Context(secure.Url.Replace("https", "http"), updated: 4));
        Assert.Contains(secure.Url.Replace("https", "http"), plain);
    }

    [Fact]
    public async Task What_is_secret_is_never_logged()
    {
        control.Script.FailWith(StatusCode.Internal, "broken");
        await ErrorAsync(Context(control.Url, settings: new() { ["tlsAuth"] = true }, updated: 5,
            secrets: [("tlsClientCert", "secret-certificate"), ("tlsClientKey", "secret-key")]));
        await ErrorAsync(Context(control.Url, updated: 6));
        await host.CallAsync("one", "/pluginv2.Stream/RunStream", new() { ["path"] = "nowhere" }, max: 0);
        await host.DoAsync("one", "stop");
        Assert.Contains(host.Log, line => line.Contains("broke off"));
        Assert.All(host.Log, line => Assert.DoesNotContain("secret", line));
    }

    private async Task<string> ErrorAsync(JsonObject context)
    {
        JsonElement response = ResponseOf(The_plugin_in_its_host.Succeeded(await host.CallAsync(
            "one", QueryData, Query(context, ("A", """{"sql":"x"}""")))), "A");
        return response.TryGetProperty("error", out JsonElement error) ? error.GetString()! : "";
    }

    private static async IAsyncEnumerable<QueryResponse> Endless(
        TaskCompletionSource asked, [EnumeratorCancellation] CancellationToken stop)
    {
        asked.TrySetResult();
        await Task.Delay(Timeout.Infinite, stop);
        yield break;
    }
}
