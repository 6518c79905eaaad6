using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// The whole way: panels and alert rules in a real plugin host, the plugin, a control plane, an agent, and two
/// processes that wait for each other.
/// </summary>
public sealed class A_panel_refresh
{
    private static readonly string[] Panels =
    [
        """{"kind":"sql","sql":"SELECT * FROM oldest_calls"}""",
        """
        {"kind":"sql","format":"timeseries",
         "sql":"SELECT captured_at AS time, count(*) AS n FROM history.goroutines GROUP BY ALL"}
        """,
        """{"kind":"goroutines"}""",
        """{"kind":"flamegraph"}""",
        """{"kind":"nodegraph"}""",
        """{"kind":"logs","textFilter":"RequestID"}""",
    ];

    /// <summary>Waits for no snapshot: while the first is taken, the list is empty.</summary>
    private const string List = """{"kind":"snapshots"}""";

    [Fact]
    public async Task Every_panel_of_every_viewer_and_every_rule_is_answered_from_one_snapshot()
    {
        Requires.Bpf();
        await BuiltAgent.BuildAsync();
        await PluginLoad.BuildAsync();
        using TemporaryFolder folder = new();
        await using PairTarget pair = await PairTarget.StartAsync();
        await using ServedAgent served = await ServedAgent.StartAsync(
            [SideEyeProcess.Executable], folder.File("data"), serveOptions: ["--spec", PairTarget.SpecPath]);
        string[] queries = [.. Panels.Append(List).SelectMany(static one => new[] { "-query", OfPair(one) })];

        JsonElement load = await PluginLoad.RunAsync(
            [], [
                "viewers", "-url", served.Address, "-viewers", "3", "-refresh", "500ms", "-duration", "4s",
                "-alert", OfPair("""{"kind":"sql","format":"numeric","sql":"SELECT count(*) AS n FROM goroutines"}"""),
                "-alert-every", "1s", .. queries,
            ]);

        Assert.True(load.GetProperty("failed").GetInt32() == 0, $"{load}\n{served.ControlPlane.Log}");
        Assert.All(load.GetProperty("panels").EnumerateArray(), static panel =>
        {
            Assert.True(panel.GetProperty("queries").GetInt32() > 0);
            Assert.Equal("{}", panel.GetProperty("notices").ToString());
        });
        Assert.All(load.GetProperty("panels").EnumerateArray().Take(Panels.Length), static panel =>
            Assert.True(panel.GetProperty("rows").GetInt64() > 0, panel.ToString()));
        JsonElement list = await PluginLoad.RunAsync(
            [], "repeat", "-url", served.Address, "-calls", "1", "-warm-up", "0", "-query", OfPair(List));
        Assert.True(list.GetProperty("rows").GetInt64() == 1, list.ToString());
        Assert.True(Assert.Single(load.GetProperty("alerts").EnumerateArray()).GetProperty("rows").GetInt64() > 0);
        CommandRun kept = SideEyeProcess.Run("snapshots", "--server", served.Address, "--json");
        JsonElement snapshot = Assert.Single(JsonDocument.Parse(kept.Output).RootElement.EnumerateArray());
        Assert.Equal(2, snapshot.GetProperty("processes").GetInt32());
        Assert.Equal(JsonValueKind.Null, snapshot.GetProperty("error").ValueKind);
    }

    /// <summary>A query of the pair's processes alone, for which one snapshot is young enough all the time.</summary>
    private static string OfPair(string query) =>
        $$"""{"program":"pair","snapshot":{"mode":"fresh","maxAge":"10m"},{{query[1..]}}""";
}
