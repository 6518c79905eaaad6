using System.Text.Json;
using Grpc.Core;
using SideEye.Protocol.ControlPlane;
using static SideEye.Plugin.Tests.Requests;
using static SideEye.Plugin.Tests.Rows;

namespace SideEye.Plugin.Tests;

/// <summary>What each kind of panel gets, as the Arrow library for Go reads it.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class The_shapes_of_panels : IAsyncLifetime
{
    private GrafanaHost host = null!;
    private ScriptedControlPlane control = null!;

    public async ValueTask InitializeAsync()
    {
        await BuiltPlugin.BuildAsync();
        control = await ScriptedControlPlane.StartAsync();
        host = await GrafanaHost.StartAsync();
        await host.LaunchAsync("one");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await control.DisposeAsync();
    }

    [Fact]
    public async Task A_flame_graph_has_each_name_once()
    {
        control.Script.AnswerWith(Trailer(), ("", [Batch(
            ("level", Longs(0, 1, 2, 1)), ("value", Longs(9, 6, 6, 3)), ("self", Longs(0, 0, 6, 3)),
            ("label", Texts("all", "main.f", "main.g", "main.g")))], []));
        JsonElement frame = Assert.Single(await FramesAsync("""{"kind":"flamegraph"}"""));
        JsonElement label = FieldOf(frame, "label");
        Assert.Equal("uint16", label.GetProperty("type").GetString());
        Assert.Equal("enum", label.GetProperty("metadata").GetProperty("tstype").GetString());
        Assert.Equal(["0", "1", "2", "2"], ValuesOf(frame, "label"));
        Assert.Equal(
            """["all","main.f","main.g"]""",
            ConfigOf(label).GetProperty("type").GetProperty("enum").GetProperty("text").GetRawText());
        Assert.Equal("flamegraph", MetaOf(frame).GetProperty("preferredVisualisationType").GetString());
    }

    [Fact]
    public async Task A_flame_graph_with_two_roots_is_refused_since_browsers_stumble_over_it()
    {
        control.Script.AnswerWith(Trailer(), ("", [Batch(
            ("level", Longs(0, 0)), ("value", Longs(1, 1)), ("self", Longs(1, 1)), ("label", Texts("a", "b")))], []));
        Assert.Contains("row 2 has level 0", await ErrorAsync("""{"kind":"flamegraph"}"""));
    }

    [Fact]
    public async Task A_node_graph_has_texts_for_identities_and_no_edge_into_nowhere()
    {
        control.Script.AnswerWith(
            Trailer(),
            ("nodes", [Batch(("id", Longs(1, 2)), ("title", Texts("a", "b")))], []),
            ("edges", [Batch(("id", Longs(1, 2)), ("source", Longs(1, 1)), ("target", Longs(2, 3)))], []));
        JsonElement[] frames = await FramesAsync("""{"kind":"nodegraph"}""");
        Assert.Equal(["1", "2"], ValuesOf(frames[0], "id"));
        Assert.Equal("utf8", FieldOf(frames[0], "id").GetProperty("type").GetString());
        Assert.Equal(["2"], ValuesOf(frames[1], "target"));
        Assert.Equal("warning", MetaOf(frames[1]).GetProperty("notices")[0].GetProperty("severity").GetString());
        Assert.All(frames, frame => Assert.Equal(
            "nodeGraph", MetaOf(frame).GetProperty("preferredVisualisationType").GetString()));
    }

    [Fact]
    public async Task Logs_have_times_bodies_and_labels()
    {
        control.Script.AnswerWith(Trailer(), ("", [Batch(
            ("body", Texts("x", null)), ("id", Longs(1, 2)), ("labels", Texts("""{"goroutine":"7"}""", "{}")))], []));
        JsonElement frame = Assert.Single(await FramesAsync("""{"kind":"logs"}"""));
        Assert.Equal("log-lines", MetaOf(frame).GetProperty("type").GetString());
        Assert.Equal(["x", ""], ValuesOf(frame, "body"));
        Assert.StartsWith("2023-11-14 22:13:20", ValuesOf(frame, "timestamp")[0]);
        Assert.False(FieldOf(frame, "timestamp").GetProperty("nullable").GetBoolean());
        Assert.Equal("binary", FieldOf(frame, "labels").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Snapshots_become_marks_and_names_become_texts()
    {
        control.Script.AnswerWith(Trailer(), ("", [Batch(
            ("snapshot_id", Texts("s1")), ("captured_at", Times(Epoch)), ("program", Texts("shop")))], []));
        JsonElement marks = Assert.Single(await FramesAsync("""{"kind":"snapshots"}"""));
        Assert.Equal(["Snapshot of shop"], ValuesOf(marks, "text"));
        Assert.Equal(["shop"], ValuesOf(marks, "tags"));
        Assert.Equal(["s1"], ValuesOf(marks, "id"));

        control.Script.AnswerWith(Trailer(), ("", [Batch(("value", Longs(1, 2)))], []));
        JsonElement names = Assert.Single(
            await FramesAsync("""{"kind":"variables","variables":{"what":"values","table":"t","column":"c"}}"""));
        Assert.Equal(["1", "2"], ValuesOf(names, "text"));
        Assert.Equal(["1", "2"], ValuesOf(names, "value"));
    }

    [Fact]
    public async Task Numbers_are_told_apart_by_texts_or_refused()
    {
        control.Script.AnswerWith(Trailer(), ("", [Batch(("host", Texts("a", "b")), ("n", Longs(1, 2)))], []));
        JsonElement frame = Assert.Single(await FramesAsync("""{"sql":"x","format":"numeric"}"""));
        Assert.Equal("numeric-long", MetaOf(frame).GetProperty("type").GetString());
        Assert.Equal("float64", FieldOf(frame, "n").GetProperty("type").GetString());

        control.Script.AnswerWith(Trailer(), ("", [Batch(("host", Texts("a", "a")), ("n", Longs(1, 2)))], []));
        Assert.Contains("cannot be told apart", await ErrorAsync("""{"sql":"x","format":"numeric"}"""));
    }

    [Fact]
    public async Task An_answer_without_rows_is_a_frame_without_fields_for_alerts()
    {
        control.Script.AnswerWith(Trailer());
        JsonElement frame = Assert.Single(await FramesAsync("""{"sql":"x","format":"timeseries"}"""));
        Assert.Equal("timeseries-wide", MetaOf(frame).GetProperty("type").GetString());
        Assert.Equal(0, frame.GetProperty("rows").GetInt32());
    }

    [Fact]
    public async Task Identities_that_browsers_would_round_come_as_texts()
    {
        control.Script.AnswerWith(Trailer(), ("", [Batch(("goroutine_id", Longs((1L << 53) + 1)))],
            [Column("goroutine_id", identity: "goroutine")]));
        JsonElement frame = Assert.Single(await FramesAsync("""{"sql":"x"}"""));
        Assert.Equal(["9007199254740993"], ValuesOf(frame, "goroutine_id"));
        Assert.Equal("utf8", FieldOf(frame, "goroutine_id").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("""{"sql":"x","snapshot":{"mode":"asof"}}""", SnapshotChoice.ChoiceOneofCase.AsOfUnixNs)]
    [InlineData("""{"sql":"x","snapshot":{"mode":"latest"}}""", SnapshotChoice.ChoiceOneofCase.Latest)]
    [InlineData("""{"sql":"x","snapshot":{"mode":"id","id":"s"}}""", SnapshotChoice.ChoiceOneofCase.Id)]
    [InlineData("""{"sql":"x","snapshot":{"mode":"fresh","maxAge":"1m30s"}}""", SnapshotChoice.ChoiceOneofCase.Fresh)]
    public async Task A_query_says_which_snapshot_answers(string json, SnapshotChoice.ChoiceOneofCase choice)
    {
        control.Script.AnswerWith(Trailer());
        await FramesAsync(json);
        Assert.True(control.Script.Requests.TryDequeue(out QueryRequest? request));
        Assert.Equal(choice, request.Snapshot.ChoiceCase);
        if (choice == SnapshotChoice.ChoiceOneofCase.AsOfUnixNs)
            Assert.Equal(long.Parse(To) * 1_000_000, request.Snapshot.AsOfUnixNs);
        if (choice == SnapshotChoice.ChoiceOneofCase.Fresh)
            Assert.Equal(90_000_000_000, request.Snapshot.Fresh.MaxAgeNs);
        Assert.Equal(("ann", "Viewer"), (request.Caller.User, request.Caller.Role));
    }

    [Theory]
    [InlineData("""{"kind":"sql"}""", "holds no SQL")]
    [InlineData("""{"sql":"x","snapshot":{"maxAge":"soon"}}""", "no duration")]
    [InlineData("""{"kind":"nonsense"}""", "cannot be read")]
    [InlineData("""{"kind":"variables"}""", "which names")]
    public async Task What_is_wrong_with_a_query_is_said(string json, string part) =>
        Assert.Contains(part, await ErrorAsync(json));

    [Theory]
    [InlineData("http://192.0.2.1:1", "without TLS")]
    [InlineData("", "there is no URL")]
    [InlineData("ftp://x", "is none")]
    public async Task What_is_wrong_with_the_settings_is_said(string url, string part)
    {
        JsonElement answer = The_plugin_in_its_host.Succeeded(await host.CallAsync(
            "one", "/pluginv2.Diagnostics/CheckHealth", new() { ["pluginContext"] = Context(url) }));
        Assert.Contains(part, answer.GetProperty("responses")[0].GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_control_plane_that_is_not_there_is_named()
    {
        control.Script.FailWith(StatusCode.Unauthenticated, "unknown token");
        Assert.Contains("Check it in the data source's settings", await ErrorAsync("""{"sql":"x"}"""));
        await control.DisposeAsync();
        Assert.StartsWith($"The control plane at {control.Url} cannot be reached", await ErrorAsync("""{"sql":"x"}"""));
    }

    private Task<JsonElement> AskAsync(string json) => host.CallAsync(
        "one", "/pluginv2.Data/QueryData", Query(Context(control.Url), ("A", json)));

    private async Task<JsonElement[]> FramesAsync(string json)
    {
        JsonElement answer = The_plugin_in_its_host.Succeeded(await AskAsync(json));
        Assert.Equal(200, ResponseOf(answer, "A").GetProperty("status").GetInt32());
        return FramesOf(answer, "A");
    }

    private async Task<string> ErrorAsync(string json) =>
        ResponseOf(The_plugin_in_its_host.Succeeded(await AskAsync(json)), "A").GetProperty("error").GetString()!;
}
