using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using Google.Protobuf;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;
using static SideEye.Plugin.Tests.Requests;
using static SideEye.Plugin.Tests.Rows;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.Plugin.Tests;

/// <summary>A control plane that sends what no control plane sends: each time one error, and the plugin stays.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class Hostile_answers : IAsyncLifetime
{
    private GrafanaHost host = null!;
    private ScriptedControlPlane control = null!;

    public static TheoryData<string, string> Damaged => new()
    {
        { "not Arrow", "not a readable Arrow stream" },
        { "rows without a frame", "rows without a frame" },
        { "no trailer", "ended before it was complete" },
        { "other columns", "columns of the frame  change" },
        { "other types", "columns of the frame  change" },
        { "too many frames", "more than 16 frames" },
        { "too many columns", "1000 columns" },
        { "texts that are missing", "the column n is damaged: texts are missing" },
        { "texts that overlap", "the column n is damaged: its texts overlap" },
        { "numbers that are missing", "damaged" },
        { "rows that take no room", "more than 1,000,000 rows" },
        { "many of them", "more than 1,000,000 rows" },
        { "a list", "which panels cannot show" },
    };

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

    [Theory]
    [MemberData(nameof(Damaged))]
    public async Task Each_is_one_error_that_is_not_ours(string what, string part)
    {
        control.Script.Answer = (_, stop) => PartsOf(what, stop);
        JsonElement answer = ResponseOf(await AskAsync(), "A");
        Assert.Contains(part, answer.GetProperty("error").GetString());
        Assert.Equal("downstream", answer.GetProperty("errorSource").GetString());
        Assert.InRange(answer.GetProperty("status").GetInt32(), 400, 599);
        control.Script.AnswerWith(Trailer(), ("", [Batch(("n", Longs(1)))], [Column("n")]));
        Assert.Equal(200, ResponseOf(await AskAsync(), "A").GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Notices_names_and_SQL_of_any_length_are_cut()
    {
        string endless = new('x', 5_000_000);
        Trailer trailer = Trailer([.. Enumerable.Range(0, 1_000).Select(i => new Notice
        {
            Severity = "catastrophe", Text = i == 0 ? endless : "more", Kind = "stale",
        })]);
        trailer.ExecutedSql = endless;
        Column column = Column("n");
        column.Description = endless;
        control.Script.AnswerWith(trailer, ("", [Batch(("n", Longs(1)))], [column]));
        JsonElement frame = Assert.Single(FramesOf(await AskAsync(), "A"));
        JsonElement notices = MetaOf(frame).GetProperty("notices");
        Assert.Equal(20, notices.GetArrayLength());
        Assert.Equal(2_003, notices[0].GetProperty("text").GetString()!.Length);
        Assert.Equal("info", notices[0].GetProperty("severity").GetString());
        Assert.Equal(
            "stale", MetaOf(frame).GetProperty("custom").GetProperty("noticeKinds")[0].GetString());
        Assert.Equal(200_003, MetaOf(frame).GetProperty("executedQueryString").GetString()!.Length);
        Assert.Equal(
            2_003, ConfigOf(FieldOf(frame, "n")).GetProperty("description").GetString()!.Length);
    }

    private static async IAsyncEnumerable<QueryResponse> PartsOf(
        string what, [EnumeratorCancellation] CancellationToken stop = default)
    {
        await Task.Yield();
        if (what == "rows without a frame")
        {
            yield return Of(Batch(("n", Longs(1))));
            yield break;
        }
        int frames = what == "too many frames" ? 17 : 1;
        for (int i = 0; i < frames; i++)
            yield return new QueryResponse { Frame = new FrameHeader() };
        int times = what == "many of them" ? int.MaxValue : 1;
        for (int i = 0; i < times && !stop.IsCancellationRequested; i++)
        {
            foreach (QueryResponse rows in RowsOf(what))
                yield return rows;
        }
        if (what != "no trailer")
            yield return new QueryResponse { Trailer = Trailer() };
    }

    private static QueryResponse[] RowsOf(string what) => what switch
    {
        "not Arrow" => [new QueryResponse { Rows = ByteString.CopyFromUtf8("ARROW1 and nothing of it") }],
        "other columns" => [Of(Batch(("n", Longs(1)))), Of(Batch(("m", Longs(1))))],
        "other types" => [Of(Batch(("n", Longs(1)))), Of(Batch(("n", Texts("1"))))],
        "too many columns" => [Of(Batch([.. Enumerable.Range(0, 1_001).Select(i => ($"c{i}", Longs(1)))]))],
        "texts that are missing" => [Of(Batch(("n", TextsAt(2, 0, 5, 1_000_000))))],
        "texts that overlap" => [Of(Batch(("n", TextsAt(2, 0, 5, 2))))],
        "numbers that are missing" => [Of(Batch(("n", new Int64Array(new ArrayData(
            Int64Type.Default, 1_000, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(new byte[8])])))))],
        "rows that take no room" => [Of(Batch(("n", new NullArray(2_000_000_000))))],
        "many of them" => [Of(Batch(("n", new NullArray(300_000))))],
        "a list" => [Of(Batch(("n", List())))],
        _ => [Of(Batch(("n", Longs(1))))],
    };

    private static ListArray List()
    {
        ListArray.Builder builder = new(Int64Type.Default);
        builder.Append();
        ((Int64Array.Builder)builder.ValueBuilder).Append(1);
        return builder.Build();
    }

    private static StringArray TextsAt(int length, params int[] offsets) => new(new ArrayData(
        StringType.Default, length, 0, 0,
        [
            ArrowBuffer.Empty, new ArrowBuffer.Builder<int>().AppendRange(offsets).Build(),
            new ArrowBuffer(new byte[8]),
        ]));

    private static QueryResponse Of(RecordBatch batch) => new() { Rows = ArrowRows.Encode(batch) };

    private async Task<JsonElement> AskAsync() => The_plugin_in_its_host.Succeeded(await host.CallAsync(
        "one", "/pluginv2.Data/QueryData", Query(Context(control.Url), ("A", """{"sql":"x"}"""))));
}
