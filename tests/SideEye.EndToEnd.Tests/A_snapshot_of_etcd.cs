using System.Globalization;
using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// A large program that is not ours, at work. One attach of Delve to the leader makes the cluster elect another.
/// </summary>
public sealed class A_snapshot_of_etcd
{
    private const int Snapshots = 200;
    private const int SnapshotsByCommand = 5;
    private const int Clients = 6;
    private const string RaftLoop = "raft.(*node).run";
    private const string Rafts =
        $"SELECT count(DISTINCT goroutine_id) AS n FROM frames WHERE contains(function, '{RaftLoop}')";

    [Fact]
    public async Task Two_hundred_in_a_row_of_a_leader_under_load_disturb_neither_clients_nor_cluster()
    {
        Requires.Bpf();
        await QuietRounds.RunAsync(TwoHundredAsync);
    }

    [Fact]
    public async Task The_command_line_shows_the_leaders_goroutines_in_sql()
    {
        Requires.Bpf();
        await QuietRounds.RunAsync(SomeByCommandAsync);
    }

    private static async Task<bool> TwoHundredAsync(bool isLast)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(await Etcd.BuildAsync(cancellation));
        await using EtcdLoad load = EtcdLoad.Start(cluster.Clients, Clients);
        await load.ProceedAsync(200);
        (EtcdNode leader, ulong term) = await cluster.LeaderAsync();

        List<LoopedSnapshot> snapshots = [];
        await using (SnapshotLoop loop = SnapshotLoop.Start(leader.ProcessId, RaftLoop))
        {
            while (snapshots.Count < Snapshots)
                snapshots.Add(await loop.RequireNextAsync(cancellation));
            await loop.KillAsync();
        }
        await load.ProceedAsync(200);
        (EtcdNode lastLeader, ulong lastTerm) = await cluster.LeaderAsync();

        Report(snapshots, load);
        Assert.All(snapshots, snapshot => Assert.True(
            snapshot.IsWhole, $"{snapshot}: {string.Join('\n', snapshot.Faults)}"));
        Assert.All(snapshots, snapshot => Assert.Equal(1, snapshot.Matching));
        return IsQuiet(isLast, load, (leader.ProcessId, term), (lastLeader.ProcessId, lastTerm));
    }

    private static async Task<bool> SomeByCommandAsync(bool isLast)
    {
        using TemporaryFolder folder = new();
        string file = folder.File("leader.duckdb");
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(
            await Etcd.BuildAsync(TestContext.Current.CancellationToken));
        await using EtcdLoad load = EtcdLoad.Start(cluster.Clients, Clients);
        (EtcdNode leader, ulong term) = await cluster.LeaderAsync();

        for (int i = 0; i < SnapshotsByCommand; i++)
        {
            CommandRun run = Snapshot(leader.ProcessId, file);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            SnapshotQuery.AssertWhole(file);
            Assert.Equal(1, Count(file, Rafts));
        }
        await load.ProceedAsync(100);

        JsonElement process = SnapshotQuery.Row(file, "SELECT debug_info FROM processes");
        Assert.Equal("yes", process.GetProperty("debug_info").GetString());
        (EtcdNode lastLeader, ulong lastTerm) = await cluster.LeaderAsync();
        return IsQuiet(isLast, load, (leader.ProcessId, term), (lastLeader.ProcessId, lastTerm));
    }

    private static bool IsQuiet(bool mustBe, EtcdLoad load, (int, ulong) office, (int, ulong) officeAfter)
    {
        if (mustBe)
        {
            Assert.Empty(load.Errors);
            Assert.Equal(office, officeAfter);
        }
        return load.Errors.Count == 0 && office == officeAfter;
    }

    [Fact]
    public async Task Debians_stripped_build_has_whole_stacks_and_says_why_it_has_no_variables()
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        string file = folder.File("debian.duckdb");
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(
            await Etcd.DebianAsync(TestContext.Current.CancellationToken), 1);
        await using EtcdLoad load = EtcdLoad.Start(cluster.Clients, Clients);
        await load.ProceedAsync(20);

        CommandRun run = Snapshot(cluster.Nodes[0].ProcessId, file);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement process = SnapshotQuery.Row(file, "SELECT debug_info, reader, go_version FROM processes");
        Assert.Matches("^no .*stripped.*variables", process.GetProperty("debug_info").GetString());
        Assert.Equal("bpf", process.GetProperty("reader").GetString());
        SnapshotQuery.AssertWhole(file);
        Assert.Equal(1, Count(file, Rafts));
        Assert.Equal(0, Count(file, "SELECT count(*) AS n FROM frames WHERE '' IN (function, coalesce(package, ''))"));
        Assert.Equal(0, Count(file, "SELECT count(*) AS n FROM frames WHERE file IS NULL OR line IS NULL"));
        Assert.True(Count(file, "SELECT count(*) AS n FROM frames WHERE is_inlined") > 0);
    }

    private static CommandRun Snapshot(int processId, string file) => SideEyeProcess.Run(
        "snapshot", "--pid", processId.ToString(CultureInfo.InvariantCulture), "--out", file, "--pause-max", "20000");

    private static int Count(string file, string sql) => SnapshotQuery.Row(file, sql).GetProperty("n").GetInt32();

    private static void Report(List<LoopedSnapshot> snapshots, EtcdLoad load)
    {
        TimeSpan[] pauses = [.. snapshots.Select(snapshot => snapshot.Pause).Order()];
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{pauses.Length} snapshots of etcd's leader ({snapshots[^1].Goroutines} goroutines): pause median "
            + $"{pauses[pauses.Length / 2].TotalMilliseconds:f2} ms, max {pauses[^1].TotalMilliseconds:f2} ms; "
            + $"{load.Operations} operations of {Clients} clients, slowest {load.Slowest.TotalMilliseconds:f0} ms");
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Console.WriteLine(text);
    }
}
