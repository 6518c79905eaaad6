using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// One line on stderr that says what to do, nothing on stdout, the right exit code, and no file left behind.
/// </summary>
public sealed class Errors_a_user_meets : IDisposable
{
    private const string NoOne = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    private readonly TemporaryFolder folder = new();

    private string Out => folder.File("out.duckdb");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(2, "--pid PID or --name REGEX", "snapshot")]
    [InlineData(2, "not a regular expression", "snapshot", "--name", "((")]
    [InlineData(2, "'abc'", "snapshot", "--pid", "abc")]
    [InlineData(2, "sideeye snapshot --help", "snapshot", "--pid")]
    [InlineData(2, "'auto' 'bpf' 'vmread'", "snapshot", "--pid", "1", "--reader", "bogus")]
    [InlineData(2, "--pause-max", "snapshot", "--pid", "1", "--pause-max", "-1")]
    [InlineData(2, "--frames-max", "snapshot", "--pid", "1", "--frames-max", "0")]
    [InlineData(1, "no process has the pid 999999999; see sideeye ps", "snapshot", "--pid", "999999999")]
    [InlineData(1, "no process has the pid -5", "snapshot", "--pid", "-5")]
    [InlineData(1, "matching 'no-such-program'; see sideeye ps", "snapshot", "--name", "no-such-program")]
    public void Wrong_words(int exitCode, string says, params string[] arguments)
    {
        string[] whereTo = arguments.Length > 2 ? ["--out", Out] : [];
        AssertFails(exitCode, says, SideEyeProcess.Run([.. arguments, .. whereTo]));
    }

    [Fact]
    public void A_program_that_is_not_Go()
    {
        Requires.Root();
        using Process sleep = Process.Start("sleep", "600")!;
        try
        {
            AssertFails(1, $"pid {sleep.Id}: /", Snapshot(sleep.Id), "is not a Go program");
        }
        finally
        {
            sleep.Kill();
            sleep.WaitForExit();
        }
    }

    [Fact]
    public async Task A_process_that_another_debugger_holds()
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "10");
        using (new Tracer(swarm.ProcessId))
        {
            // The kernel names the tracing thread.
            int tracer = TargetState.Tracer(swarm.ProcessId);
            AssertFails(1, $"pid {swarm.ProcessId} is already traced by pid {tracer}", Snapshot(swarm.ProcessId));
        }
        Assert.Equal(0, Snapshot(swarm.ProcessId).ExitCode);
    }

    [Fact]
    public async Task A_process_of_another_user()
    {
        Requires.Bpf();
        Requires.Program("setpriv");
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "10");
        CommandRun run = AsNoOne($"snapshot --pid {swarm.ProcessId} --out {Out}");
        AssertFails(1, "as root (sudo)", run, $"no permission to read pid {swarm.ProcessId}");
    }

    [Fact]
    public async Task A_process_beyond_the_rights_of_a_root_that_lacks_some()
    {
        Requires.Bpf();
        Requires.Program("setpriv");
        Requires.Program("unshare");
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "10");
        CommandRun without = SideEyeProcess.Shell(
            $"setpriv --bounding-set=-sys_ptrace $SIDEEYE snapshot --pid {swarm.ProcessId} --out {Out}");
        AssertFails(1, "CAP_SYS_PTRACE is missing", without, $"no permission to read pid {swarm.ProcessId}");

        Assert.SkipUnless(
            SideEyeProcess.Shell("unshare --user --map-root-user true").ExitCode == 0, "no user namespaces here");
        CommandRun inside = SideEyeProcess.Shell(
            $"unshare --user --map-root-user $SIDEEYE snapshot --pid {swarm.ProcessId} --out {Out}");
        AssertFails(1, "as root of the host", inside, $"no permission to read pid {swarm.ProcessId}");
    }

    [Fact]
    public void A_thread_of_the_kernel()
    {
        const string kernelThreads = "kthreadd"; // pid 2, parent of all others, where we see the host's
        Assert.SkipUnless(
            File.Exists("/proc/2/comm") && File.ReadAllText("/proc/2/comm").TrimEnd() == kernelThreads,
            "no threads of the kernel in this PID namespace");
        AssertFails(1, $"pid 2 ({kernelThreads}) is a thread of the kernel", Snapshot(2));
    }

    [Fact]
    public async Task A_probe_without_the_right_to_load_it()
    {
        Requires.Bpf();
        Requires.Program("setpriv");
        await using GoTarget swarm = await GoTarget.StartWithinAsync(
            NoOne.Split(' '), new GoFixture("swarm", Toolchains.Newest), "-n", "10");
        SideEyeProcess.Shell($"chmod 777 {folder.FullName}");

        CommandRun insisting = AsNoOne($"snapshot --pid {swarm.ProcessId} --reader bpf --out {Out}");
        AssertFails(1, "--reader vmread", insisting, "CAP_BPF");
        CommandRun byItself = AsNoOne($"snapshot --pid {swarm.ProcessId} --out {Out} --pause-max 20000");
        Assert.Equal((0, ""), (byItself.ExitCode, byItself.Error));
        Assert.Contains("by process_vm_readv", byItself.Output, StringComparison.Ordinal);
        SnapshotQuery.AssertWhole(Out);
    }

    [Fact]
    public async Task A_folder_that_is_missing_or_not_theirs()
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "10");
        AssertFails(1, "there is no folder", Snapshot(swarm.ProcessId, folder.File("no/out.duckdb")));
        AssertFails(1, "it is a folder", Snapshot(swarm.ProcessId, folder.FullName));
        AssertFails(1, "/proc/out.duckdb cannot be written", Snapshot(swarm.ProcessId, "/proc/out.duckdb"));
    }

    [Fact]
    public async Task One_process_of_two_is_partial_and_the_other_has_its_row_with_the_reason()
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "10");
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{swarm.ProcessId}", "--pid", "999999999", "--out", Out, "--pause-max", "20000",
            "--json");

        Assert.Equal(3, run.ExitCode);
        using JsonDocument answer = JsonDocument.Parse(run.Output);
        JsonElement told = answer.RootElement.GetProperty("processes");
        Assert.Equal(JsonValueKind.Null, told[0].GetProperty("error").ValueKind);
        Assert.Equal("no process has the pid 999999999; see sideeye ps", told[1].GetProperty("error").GetString());
        IReadOnlyList<JsonElement> rows = SnapshotQuery.Rows(
            Out,
            """
            SELECT pid, error, count(goroutine_id) AS goroutines
            FROM processes LEFT JOIN goroutines USING (process_id) GROUP BY ALL ORDER BY pid
            """);
        Assert.Equal(swarm.ProcessId, rows[0].GetProperty("pid").GetInt32());
        Assert.Equal(JsonValueKind.Null, rows[0].GetProperty("error").ValueKind);
        Assert.True(rows[0].GetProperty("goroutines").GetInt32() > 10);
        Assert.Equal("no process has the pid 999999999; see sideeye ps", rows[1].GetProperty("error").GetString());
        Assert.Equal(0, rows[1].GetProperty("goroutines").GetInt32());
    }

    private CommandRun Snapshot(int processId, string? file = null) => SideEyeProcess.Run(
        "snapshot", "--pid", processId.ToString(CultureInfo.InvariantCulture), "--out", file ?? Out,
        "--pause-max", "20000");

    private static CommandRun AsNoOne(string arguments)
    {
        CommandRun reach = SideEyeProcess.Shell($"{NoOne} test -x $SIDEEYE");
        Assert.SkipUnless(reach.ExitCode == 0, "needs a folder of the build that every user may enter");
        return SideEyeProcess.Shell($"{NoOne} $SIDEEYE {arguments}");
    }

    private void AssertFails(int exitCode, string says, CommandRun run, string andSays = "")
    {
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.Matches(@"^sideeye: [^\n]+\n$", run.Error);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Contains(andSays, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("bug in sideeye", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Names(), name => name.StartsWith("out.duckdb", StringComparison.Ordinal));
    }
}
