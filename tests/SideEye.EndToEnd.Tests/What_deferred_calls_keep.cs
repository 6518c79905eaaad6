using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// Variables of optimised code that are nowhere but in the closure of a deferred call: they are there while the call is
/// to come, and never those of another call.
/// </summary>
public sealed class What_deferred_calls_keep : IDisposable
{
    private const string Spec = """
        version: 1
        functions:
          - { function: main.pending, table: pending, capture: [{ expr: x.name, as: x }, text] }
          - { function: main.perhaps, table: perhaps, capture: [{ expr: x.name, as: x }] }
          - { function: main.changing, table: changing, capture: [{ expr: x.name, as: x }] }
          - { function: main.ending, table: ending, capture: [{ expr: x.name, as: x }] }
          - { function: main.panicking, table: panicking, capture: [{ expr: x.name, as: x }, { expr: y.name, as: y }] }
        """;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Ways => new MatrixTheoryData<string, string>(
        Toolchains.Versions, ["bpf", "vmread"]);

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Variables_are_there_as_long_as_the_call_is_to_come(string goVersion, string reader)
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync("deferred", goVersion);
        IReadOnlyDictionary<string, NamedGoroutine> named = await target.NamedGoroutinesAsync();
        string spec = folder.File("spec.yaml");
        await File.WriteAllTextAsync(spec, Spec, TestContext.Current.CancellationToken);
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{target.ProcessId}", "--spec", spec, "--reader", reader,
            "--out", folder.File("deferred.duckdb"), "--pause-max", "20000");
        Assert.True(run.ExitCode == 0, run.Error);

        Dictionary<string, JsonElement> rows = SnapshotQuery.Rows(folder.File("deferred.duckdb"), """
            SELECT goroutine_id, x, text, NULL AS y FROM pending
            UNION ALL BY NAME SELECT goroutine_id, x FROM perhaps
            UNION ALL BY NAME SELECT goroutine_id, x FROM changing
            UNION ALL BY NAME SELECT goroutine_id, x FROM ending
            UNION ALL BY NAME SELECT goroutine_id, x, y FROM panicking
            """).ToDictionary(row => named.Single(
                one => one.Value.Id == row.GetProperty("goroutine_id").GetInt64()).Key);

        // Older compilers do not say where a closure has its variables.
        bool isTold = Toolchains.IsAtLeast(goVersion, "1.23");
        Assert.Equal((isTold ? "p" : null, isTold ? "a text" : null),
            (Text(rows["pending"], "x"), Text(rows["pending"], "text")));
        Assert.Equal(isTold ? "later" : null, Text(rows["perhaps"], "x"));
        Assert.Equal(isTold ? "y" : null, Text(rows["panicking"], "y"));
        // The closure that an earlier call has left at the same place of the stack.
        Assert.Null(Text(rows["perhaps not"], "x"));
        Assert.Equal("second", Text(rows["changing"], "x"));
        // The call has begun: nobody needs the caller's variable any more, and its place may be another's.
        Assert.Null(Text(rows["ending"], "x"));
        Assert.Null(Text(rows["panicking"], "x"));
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();
}
