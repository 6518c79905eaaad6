using System.Globalization;
using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>How a snapshot went, for people and for scripts.</summary>
public sealed class What_a_snapshot_says : IDisposable
{
    private const int TriesMax = 60;
    private readonly TemporaryFolder folder = new();

    private string Out => folder.File("out.duckdb");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("bpf")]
    [InlineData("vmread")]
    public async Task One_that_the_pause_limit_cut_is_partial_and_says_what_is_missing(string reader)
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync(
            "swarm", Toolchains.Newest, "-n", "40000", "-depth", "14");
        // Where threads take longer than the limit to stop at all there is an error and no snapshot: then try again.
        for (int tries = 0; tries < TriesMax; tries++)
        {
            CommandRun run = Snapshot(swarm, "--reader", reader, "--pause-max", "4");
            if (run.ExitCode == 1 && run.Error.Contains("did not stop", StringComparison.Ordinal))
                continue;
            Assert.Equal(3, run.ExitCode);
            Assert.Matches(
                $@"^sideeye: pid {swarm.ProcessId}: [1-9]\d* goroutines were not reached(, [a-z ]+)*: "
                + "the pause limit was "
                + @"hit; allow a longer pause with --pause-max\n$",
                run.Error);
            Assert.Contains($"snapshot written to {Out}", run.Output, StringComparison.Ordinal);
            JsonElement row = SnapshotQuery.Row(Out, "SELECT truncated, error FROM processes");
            Assert.True(row.GetProperty("truncated").GetBoolean());
            Assert.Contains(row.GetProperty("error").GetString()!, run.Error, StringComparison.Ordinal);
            return;
        }
        Assert.Skip("the threads never stopped within 4 ms: this machine is too busy");
    }

    [Fact]
    public async Task Json_is_whole_lines()
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "10");
        CommandRun snapshot = Snapshot(swarm, "--json", "--pause-max", "20000");
        Assert.EndsWith("}\n", snapshot.Output, StringComparison.Ordinal);
        using JsonDocument told = JsonDocument.Parse(snapshot.Output);
        JsonElement process = told.RootElement.GetProperty("processes")[0];
        Assert.False(process.GetProperty("truncated").GetBoolean());
        Assert.Equal(JsonValueKind.Null, process.GetProperty("truncated_reason").ValueKind);

        CommandRun ps = SideEyeProcess.Run("ps", "--json");
        Assert.EndsWith("]\n", ps.Output, StringComparison.Ordinal);
        using JsonDocument listed = JsonDocument.Parse(ps.Output);
        Assert.Contains(
            listed.RootElement.EnumerateArray(), row => row.GetProperty("pid").GetInt32() == swarm.ProcessId);
    }

    [Theory]
    [InlineData("", 10, 0)]
    [InlineData("nice -n 15", 10, 15)]
    [InlineData("setpriv --bounding-set=-sys_nice", 0, 0)]
    public async Task It_lets_others_go_first_where_it_can_raise_itself_for_the_pause(
        string within, int atLeast, int added)
    {
        // The tests may themselves run under nice.
        string own = await File.ReadAllTextAsync("/proc/self/stat", TestContext.Current.CancellationToken);
        int nice = Math.Max(atLeast, Math.Min(19, Niceness(own) + added));
        Requires.Bpf();
        Requires.Program("setpriv");
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "10");
        // While it watches, which it says when it begins, look at its threads.
        string said = folder.File("said.txt");
        CommandRun run = SideEyeProcess.Shell(
            $"{within} $SIDEEYE snapshot --pid {swarm.ProcessId} --out {Out} --watch 5 --pause-max 20000 "
            + $">&2 2>{said} & "
            + $"until grep -q ^watching {said} || ! kill -0 $!; do sleep 0.1; done; cat /proc/$!/task/*/stat; wait $!");
        Assert.Equal(0, run.ExitCode);
        string[] threads = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(threads.Length > 3, "a .NET process has more than that");
        Assert.All(threads, thread => Assert.Equal(nice, Niceness(thread)));
    }

    // Field 19 (proc(5)); the first field behind the command is number 3.
    private static int Niceness(string stat) =>
        int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);

    private CommandRun Snapshot(GoTarget target, params string[] options) => SideEyeProcess.Run(
        [
            "snapshot", "--pid", target.ProcessId.ToString(CultureInfo.InvariantCulture), "--out", Out, .. options,
        ]);
}
