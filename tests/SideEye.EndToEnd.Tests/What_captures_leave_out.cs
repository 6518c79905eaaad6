using System.Globalization;
using System.Text.Json;
using SideEye.Capture.Values;

namespace SideEye.EndToEnd.Tests;

/// <summary>Limits that captured values reach: what is still there, and who says what is not.</summary>
public sealed class What_captures_leave_out : IDisposable
{
    private const int Words = 3000;
    private const int Partial = 3;
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Readers => ["bpf", "vmread"];

    private string Out => folder.File("out.duckdb");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task A_function_has_as_many_bytes_for_a_frame_as_it_says(string reader)
    {
        await using GoTarget target = await StartAsync();
        Assert.Equal(0, Take(target, reader, "frame_bytes: 16777216, slice_bytes: 1048576", ["words"]).ExitCode);
        JsonElement row = Row(
            "json_array_length(v)::INTEGER AS words, raw_v::VARCHAR LIKE '%bytes of a frame%' AS cut");
        Assert.Equal((Words, false), (row.GetProperty("words").GetInt32(), row.GetProperty("cut").GetBoolean()));

        // What a spec does not want is nothing that is missing in the snapshot.
        Assert.Equal(0, Take(target, reader, "frame_bytes: 100, slice_bytes: 1048576", ["words"]).ExitCode);
        Assert.Equal(CaptureReason.BytesReached, Reason());
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task A_snapshot_without_room_for_what_is_captured_is_partial_and_says_so(string reader)
    {
        await using GoTarget target = await StartAsync();
        CommandRun run = Take(target, reader, "slice_bytes: 1048576", ["words"], "snapshot_bytes: 2000");
        AssertPartial(run, "some captured values were not copied: the limit of bytes of a snapshot was hit");
        Assert.Equal(CaptureReason.BytesReached, Reason());
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task A_goroutine_with_too_much_to_copy_shows_what_there_is_and_says_so(string reader)
    {
        await using GoTarget target = await StartAsync();
        CommandRun run = Take(
            target, reader, "map_entries: 10000, frame_bytes: 16777216",
            ["huge", "huge[\"a\"]", "huge[\"b\"]", "huge[\"c\"]"]);
        AssertPartial(run, "some captured values were not copied: the limit of work for one goroutine was hit");
        JsonElement row = Row("len(json_keys(v))::INTEGER AS entries, raw_v->>'__truncated' AS mark");
        int entries = row.GetProperty("entries").GetInt32();
        Assert.InRange(entries, 1000, 10000);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"map: {entries} of 50000 entries: work for one goroutine"),
            row.GetProperty("mark").GetString());
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Of_a_large_map_as_many_entries_are_shown_as_are_wanted(string reader)
    {
        await using GoTarget target = await StartAsync();
        foreach (int wanted in (int[])[1, 64, 1000])
        {
            Assert.Equal(0, Take(target, reader, $"map_entries: {wanted}, frame_bytes: 1048576", ["huge"]).ExitCode);
            Assert.Equal(wanted, Row("len(json_keys(v))::INTEGER AS n").GetProperty("n").GetInt32());
        }
        Take(target, reader, "frame_bytes: 1048576", ["huge[\"no such key\"]"]);
        Assert.Matches(@"^limit reached \(\d{4} of 50000 map entries\)$", Reason());
    }

    private static async Task<GoTarget> StartAsync()
    {
        Requires.Bpf();
        return await GoTarget.StartAsync("captures", Toolchains.Newest, "-wanted", "1");
    }

    private CommandRun Take(
        GoTarget target, string reader, string limits, string[] expressions, string limitsOfFile = "depth: 3")
    {
        string captures = string.Join(", ", expressions.Select(static (text, i) =>
            $"{{ expr: '{text}', as: {(i == 0 ? "v" : $"v{i}")} }}"));
        string spec = folder.File("spec.yaml");
        File.WriteAllText(spec, $$"""
            version: 1
            limits: { {{limitsOfFile}} }
            functions:
              - function: main.main
                table: t
                limits: { {{limits}} }
                capture: [{{captures}}]
            """);
        File.Delete(Out);
        return SideEyeProcess.Run(
            "snapshot", "--pid", $"{target.ProcessId}", "--spec", spec, "--no-packs", "--out", Out, "--reader", reader,
            "--pause-max", "20000");
    }

    private JsonElement Row(string columns) => SnapshotQuery.Row(Out, $"SELECT {columns} FROM t");

    private string Reason() =>
        SnapshotQuery.Row(Out, "SELECT reason FROM capture_errors").GetProperty("reason").GetString()!;

    private void AssertPartial(CommandRun run, string error)
    {
        Assert.Equal(Partial, run.ExitCode);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
        JsonElement row = SnapshotQuery.Row(Out, "SELECT truncated, error FROM processes");
        Assert.Equal((true, error), (row.GetProperty("truncated").GetBoolean(), row.GetProperty("error").GetString()));
        Assert.True(SnapshotQuery.Row(Out, "SELECT truncated FROM snapshots").GetProperty("truncated").GetBoolean());
    }
}
