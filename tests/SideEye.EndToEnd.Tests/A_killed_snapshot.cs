using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>SIGKILL for the snapshotter at any moment: the target must not notice.</summary>
public sealed class A_killed_snapshot
{
    private const int KillsOfLoops = 270;
    private const int KillsUnderHeartbeat = 60; // a heartbeat keeps a whole processor busy
    private const int KillsOfCommand = 30;
    private const int FrozenShare = 8; // one in so many finds the target frozen, at least
    private const int KillsFactorMax = 4;
    private const int MillisecondsMax = 60; // a snapshot takes 20 to 60, of which the target is frozen for 2
    private const int FrozenMicrosecondsMax = 2500;
    private static readonly string[] Swarm = ["-n", "3000", "-churn"];

    [Fact]
    public async Task Leaves_the_target_running_and_untraced_whenever_it_comes()
    {
        Requires.Bpf();
        IReadOnlyList<int> programsBefore = BpfPrograms();
        int[] frozen = await Task.WhenAll(
            KillLoopsAsync(1, KillsUnderHeartbeat, [.. Swarm, "-heartbeat"]),
            KillLoopsAsync(2, KillsOfLoops - KillsUnderHeartbeat, Swarm));

        string text = $"{KillsOfLoops} snapshotters or more killed, {frozen.Sum()} of them while the target was frozen";
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Console.WriteLine(text);
        Assert.True(frozen.Sum() >= KillsOfLoops / FrozenShare, text);
        // Those of other programs on this host end by themselves.
        List<int> programsLeft = [.. BpfPrograms().Except(programsBefore)];
        await TargetState.UntilAsync(
            () => !BpfPrograms().Intersect(programsLeft).Any(), "the kernel unloads every probe");
    }

    [Fact]
    public async Task Of_the_command_line_spoils_nothing_for_the_next_one_to_the_same_file()
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        string file = folder.File("same.duckdb");
        Random random = new(3);
        await using GoTarget target = await GoTarget.StartAsync("swarm", Toolchains.Newest, [.. Swarm, "-heartbeat"]);
        TimeSpan whole = Snapshot(target.ProcessId, file);

        for (int i = 0; i < KillsOfCommand; i++)
        {
            await KillCommandAsync(target.ProcessId, file, whole * random.NextDouble());
            await TargetState.AssertRunsAsync(target);
            Assert.True(File.Exists(file));
        }

        Snapshot(target.ProcessId, file);
        SnapshotQuery.AssertWhole(file);
        Assert.Equal(["same.duckdb"], folder.Names());
    }

    /// <summary>Half of the kills come after a random time, half at a random moment of a freeze.</summary>
    /// <returns>How many found the target frozen.</returns>
    private static async Task<int> KillLoopsAsync(int seed, int kills, string[] arguments)
    {
        Random random = new(seed);
        int frozen = 0;
        await using GoTarget target = await GoTarget.StartAsync("swarm", Toolchains.Newest, arguments);
        // Where a busy machine lets us miss many freezes there are more kills, until enough have hit one.
        for (int i = 0; i < kills || (frozen < kills / FrozenShare + 1 && i < kills * KillsFactorMax); i++)
        {
            await using SnapshotLoop loop = SnapshotLoop.Start(target.ProcessId);
            LoopedSnapshot first = await loop.RequireNextAsync(TestContext.Current.CancellationToken);
            Assert.True(first.IsWhole, $"after {i} kills: {first}: {string.Join('\n', first.Faults)}");
            TimeSpan intoFreeze = TimeSpan.FromMicroseconds(random.Next(FrozenMicrosecondsMax));
            if (i % 2 == 0)
                await Task.Delay(random.Next(MillisecondsMax), TestContext.Current.CancellationToken);
            else
                await Task.Run(() => AwaitFreeze(target.ProcessId, intoFreeze));
            frozen += TargetState.Tracer(target.ProcessId) != 0 ? 1 : 0;
            await loop.KillAsync();
            await TargetState.AssertRunsAsync(target);
        }
        return frozen;
    }

    /// <summary>Microseconds count here: it spins.</summary>
    private static void AwaitFreeze(int processId, TimeSpan andThen)
    {
        long begun = Stopwatch.GetTimestamp();
        while (TargetState.Tracer(processId) == 0 && Stopwatch.GetElapsedTime(begun) < GoTarget.Patience)
            Thread.SpinWait(10);
        begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < andThen)
            Thread.SpinWait(10);
    }

    private static TimeSpan Snapshot(int processId, string file)
    {
        long begun = Stopwatch.GetTimestamp();
        CommandRun run = SideEyeProcess.Run(Arguments(processId, file));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return Stopwatch.GetElapsedTime(begun);
    }

    private static async Task KillCommandAsync(int processId, string file, TimeSpan after)
    {
        ProcessStartInfo start = new(SideEyeProcess.Executable, Arguments(processId, file))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process command = Process.Start(start)!;
        await Task.Delay(after, TestContext.Current.CancellationToken);
        command.Kill();
        await command.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static string[] Arguments(int processId, string file) =>
        ["snapshot", "--pid", processId.ToString(CultureInfo.InvariantCulture), "--out", file, "--pause-max", "20000"];

    /// <summary>The ids of loaded programs of the probe, whoever loaded them; empty where bpftool is missing.</summary>
    private static List<int> BpfPrograms()
    {
        CommandRun run = SideEyeProcess.Shell(
            "PATH=$PATH:/usr/sbin:/sbin; command -v bpftool >/dev/null && bpftool -j prog show");
        if (run.ExitCode != 0 || run.Output.Length == 0)
            return [];
        using JsonDocument programs = JsonDocument.Parse(run.Output);
        return [.. programs.RootElement.EnumerateArray()
            .Where(program => program.TryGetProperty("name", out JsonElement name)
                && name.GetString()!.StartsWith("on_signal_deliv", StringComparison.Ordinal))
            .Select(program => program.GetProperty("id").GetInt32())];
    }
}
