using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>Targets that do not live as most do, and are captured all the same.</summary>
public sealed partial class Unusual_targets : IDisposable
{
    private const int SignalContinue = 18;
    private const int SignalStop = 19;
    private static readonly GoFixture Swarm = new("swarm", Toolchains.Newest);
    private readonly TemporaryFolder folder = new();

    private string Out => folder.File("out.duckdb");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_process_stopped_by_job_control_stays_stopped_until_it_is_continued()
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync(Swarm, "-n", "100", "-heartbeat");
        Signal(swarm, SignalStop);
        await TargetState.UntilAsync(() => AllStopped(swarm), "SIGSTOP stops every thread");

        AssertCaptured(swarm, 100);

        Assert.True(AllStopped(swarm));
        Assert.Equal(0, TargetState.Tracer(swarm.ProcessId));
        Signal(swarm, SignalContinue);
        await TargetState.AssertRunsAsync(swarm);
    }

    [Theory]
    [InlineData("swarm", "default")]
    [InlineData("zoo", "pie")]
    public async Task A_process_whose_executable_is_deleted(string name, string variant)
    {
        Requires.Bpf();
        string copy = folder.File("deleted");
        await using GoTarget target = await GoTarget.StartWithinAsync(
            ["sh", "-c", $"cp \"$0\" {copy} && exec {copy} \"$@\""], new GoFixture(name, Toolchains.Newest, variant));
        File.Delete(copy);

        AssertCaptured(target, 20);
        JsonElement process = SnapshotQuery.Row(Out, "SELECT friendly_name FROM processes");
        Assert.Equal("deleted", process.GetProperty("friendly_name").GetString());
    }

    [Fact]
    public async Task A_process_in_another_pid_namespace_has_thread_ids_of_ours()
    {
        Requires.Bpf();
        Requires.Program("unshare");
        await using GoTarget swarm = await GoTarget.StartWithinAsync(
            ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"], Swarm, "-n", "100", "-heartbeat");
        Assert.Equal("ready 1", swarm.Greeting[^1]);

        AssertCaptured(swarm, 100);

        IReadOnlyList<JsonElement> onThreads = SnapshotQuery.Rows(
            Out, "SELECT status, thread_id FROM goroutines WHERE status IN ('running', 'syscall')");
        Assert.Contains(onThreads, row => row.GetProperty("status").GetString() == "running");
        Assert.Subset(
            TargetState.Threads(swarm.ProcessId).Select(thread => thread.Thread).ToHashSet(),
            onThreads.Select(row => row.GetProperty("thread_id").GetInt32()).ToHashSet());
        // The heartbeat runs on a thread of its own, so its stack begins where that thread is.
        Assert.Equal(1, Count("SELECT count(DISTINCT goroutine_id) AS n FROM frames WHERE function = 'main.beat'"));
        await TargetState.AssertRunsAsync(swarm);
    }

    [Theory]
    [InlineData("swarm", "default")]
    [InlineData("zoo", "pie")]
    public async Task A_process_whose_executable_only_its_own_mount_namespace_has(string name, string variant)
    {
        Requires.Bpf();
        Requires.Program("unshare");
        string hidden = folder.File("hidden");
        Directory.CreateDirectory(hidden);
        await using GoTarget target = await GoTarget.StartWithinAsync(
            [
                "unshare", "--mount", "sh", "-c",
                $"mount -t tmpfs none {hidden} && cp \"$0\" {hidden}/it && exec {hidden}/it \"$@\"",
            ],
            new GoFixture(name, Toolchains.Newest, variant));
        Assert.False(File.Exists(Path.Combine(hidden, "it")));

        AssertCaptured(target, 20);
    }

    [Fact]
    public async Task A_process_with_a_root_folder_of_its_own()
    {
        Requires.Bpf();
        Requires.Program("unshare");
        File.Copy(await Swarm.BuildAsync(TestContext.Current.CancellationToken), folder.File("it"));
        await using GoTarget swarm = await GoTarget.StartWithinAsync(
            ["sh", "-c", $"exec unshare --root={folder.FullName} /it"], Swarm);

        AssertCaptured(swarm, 20);
    }

    [Fact]
    public async Task A_snapshot_started_with_child_signals_ignored_works_as_any()
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync(Swarm, "-n", "100");
        CommandRun run = SideEyeProcess.Shell(
            $"trap '' CHLD; exec $SIDEEYE snapshot --pid {swarm.ProcessId} --out {Out} --pause-max 20000");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        SnapshotQuery.AssertWhole(Out);
        await TargetState.AssertRunsAsync(swarm);
    }

    private void AssertCaptured(GoTarget target, int goroutinesMin)
    {
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", target.ProcessId.ToString(CultureInfo.InvariantCulture), "--out", Out,
            "--pause-max", "20000", "--frames-max", "100000");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        SnapshotQuery.AssertWhole(Out);
        Assert.True(Count("SELECT count(*) AS n FROM goroutines") >= goroutinesMin);
    }

    private int Count(string sql) => SnapshotQuery.Row(Out, sql).GetProperty("n").GetInt32();

    private static bool AllStopped(GoTarget target) =>
        TargetState.Threads(target.ProcessId).All(thread => thread is { State: 'T', Tracer: 0 });

    private static void Signal(GoTarget target, int signal) => Assert.Equal(0, kill(target.ProcessId, signal));

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int processId, int signal);
}
