using System.Text.Json;
using System.Text.Json.Serialization;

namespace SideEye.EndToEnd.Tests;

/// <summary>With no spec at all, the timers of a program that knows which it has set: all of them, and no other.
/// </summary>
public sealed class What_the_packs_show_of_timers : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> GoVersions => [.. Toolchains.Versions];

    private string Out => folder.File("timers.duckdb");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(GoVersions))]
    public async Task When_each_is_due_and_whom_it_wakes_or_what_it_calls(string goVersion)
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync("timers", goVersion);
        SetTimer[] set = JsonSerializer.Deserialize<SetTimer[]>(
            await target.AskAsync("timers"), JsonSerializerOptions.Web)!;
        IReadOnlyDictionary<string, NamedGoroutine> named = await target.NamedGoroutinesAsync();
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{target.ProcessId}", "--out", Out, "--pause-max", "20000");
        Assert.True(run.ExitCode == 0, run.Error);

        IReadOnlyList<JsonElement> rows = SnapshotQuery.Rows(Out, """
            SELECT t.*, t.due_in_ns + p.monotonic_ns AS due FROM timers t JOIN processes p USING (process_id)
            WHERE kind <> 'runtime'
            """);
        (SetTimer Timer, long? Goroutine)[] expected = [.. set.SelectMany(timer =>
            (timer.Goroutines ?? []).Select(name => (long?)named[name].Id).DefaultIfEmpty().Order()
                .Select(goroutine => (timer, goroutine)))];
        Assert.Equal(
            expected.Select(static one => (one.Timer.Kind, one.Goroutine, one.Timer.Period)),
            rows.Select(static row => (
                row.GetProperty("kind").GetString()!, Number(row, "goroutine_id"), Number(row, "period_ns") ?? 0)));
        for (int i = 0; i < rows.Count; i++)
        {
            SetTimer timer = expected[i].Timer;
            Assert.InRange(Number(rows[i], "due")!.Value, timer.Earliest, timer.Latest);
            // Of package context the function is one within WithDeadline, called differently from version to version.
            string function = rows[i].GetProperty("function").GetString() ?? "";
            Assert.StartsWith(timer.Function, function, StringComparison.Ordinal);
            Assert.False(rows[i].GetProperty("some_left_out").GetBoolean());
        }
        Assert.Empty(SnapshotQuery.Rows(Out, "SELECT * FROM derived_errors"));
        Assert.Empty(SnapshotQuery.Rows(Out, "SELECT * FROM capture_errors WHERE table_name = 'runtime_timers'"));
    }

    private static long? Number(JsonElement row, string name) =>
        row.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;

    /// <summary>A timer as the target itself knows it.</summary>
    private sealed record SetTimer
    {
        public required string Kind { get; init; }

        public required string[]? Goroutines { get; init; }

        public required string Function { get; init; }

        [JsonPropertyName("period_ns")]
        public required long Period { get; init; }

        /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
        public required long Earliest { get; init; }

        public required long Latest { get; init; }
    }
}
