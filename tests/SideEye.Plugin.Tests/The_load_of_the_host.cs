using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using SideEye.Protocol.ControlPlane;
using static SideEye.Plugin.Tests.Rows;

namespace SideEye.Plugin.Tests;

/// <summary>The modes of tests/targets/pluginhost that measurements are made with: what they say is what happened.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class The_load_of_the_host : IAsyncLifetime
{
    private ScriptedControlPlane control = null!;

    public async ValueTask InitializeAsync()
    {
        await BuiltPlugin.BuildAsync();
        await RepositoryScript.RunAsync("build-pluginhost", []);
        control = await ScriptedControlPlane.StartAsync();
        control.Script.Answer = (request, _) => request.Sql == "bad"
            ? throw new Grpc.Core.RpcException(new(Grpc.Core.StatusCode.InvalidArgument, "no such table"))
            : Script.Parts(
                Trailer(new Notice { Severity = "warning", Text = "an older snapshot", Kind = "stale" }),
                ("", [Batch(("n", Longs(1, 2, 3)))], [Column("n")]));
    }

    public ValueTask DisposeAsync() => control.DisposeAsync();

    [Fact]
    public async Task Repeat_counts_calls_queries_rows_and_errors()
    {
        JsonElement result = await RunAsync(
            "repeat", "-calls", "10", "-per-call", "2", "-connections", "3", "-warm-up", "2",
            "-query", """{"sql":"good"}""", "-query", """{"sql":"bad"}""");
        Assert.Equal(10, result.GetProperty("calls").GetInt32());
        Assert.Equal(20, result.GetProperty("queries").GetInt32());
        Assert.Equal(10, result.GetProperty("failed").GetInt32());
        Assert.Equal(10, result.GetProperty("errors").GetProperty("no such table").GetInt32());
        Assert.Equal(30, result.GetProperty("rows").GetInt32());
        Assert.Equal(10, result.GetProperty("notices").GetProperty("stale").GetInt32());
        JsonElement latency = result.GetProperty("latencyMs");
        Assert.InRange(latency.GetProperty("p50").GetDouble(), double.Epsilon, latency.GetProperty("p99").GetDouble());
        Assert.InRange(latency.GetProperty("p99").GetDouble(), 0, latency.GetProperty("max").GetDouble());
        Assert.Equal(24, control.Script.Requests.Count);
    }

    [Fact]
    public async Task Viewers_refresh_all_panels_while_rules_are_evaluated()
    {
        JsonElement result = await RunAsync(
            "viewers", "-viewers", "2", "-refresh", "500ms", "-duration", "1s", "-alert-every", "500ms",
            "-alert", """{"sql":"rule"}""", "-query", """{"sql":"one"}""", "-query", """{"sql":"bad"}""");
        JsonElement[] panels = [.. result.GetProperty("panels").EnumerateArray()];
        Assert.Equal(2, panels.Length);
        Assert.InRange(panels[0].GetProperty("calls").GetInt32(), 2, 4);
        Assert.Equal(0, panels[0].GetProperty("failed").GetInt32());
        Assert.Equal(panels[1].GetProperty("calls").GetInt32(), panels[1].GetProperty("failed").GetInt32());
        JsonElement alert = Assert.Single(result.GetProperty("alerts").EnumerateArray());
        Assert.InRange(alert.GetProperty("calls").GetInt32(), 1, 2);
        Assert.All(
            control.Script.Requests,
            request => Assert.Equal(request.Sql == "rule" ? Origin.Alert : Origin.Panel, request.Caller.Origin));
        Assert.Equal(result.GetProperty("calls").GetInt32(), control.Script.Requests.Count);
    }

    private async Task<JsonElement> RunAsync(string mode, params string[] arguments)
    {
        string path = Path.Combine(Repository.Cache, "targets", "pluginhost", "pluginhost");
        ProcessStartInfo start = new(path, [mode, "-plugin", BuiltPlugin.Path, "-url", control.Url, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(GrafanaHost.Patience);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return JsonDocument.Parse(output).RootElement;
    }
}
