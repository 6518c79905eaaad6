using System.Diagnostics;
using SideEye.Host;
using SideEye.Testing;

namespace SideEye.Soak;

/// <summary>The whole run: targets, the loop over them, and the verdict.</summary>
internal static class SoakRun
{
    private const int EtcdClients = 4;
    /// <summary>More than this over what it held once warm is a leak.</summary>
    private const long GrowthKiBMax = 256 * 1024;
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Runs for <paramref name="duration"/>.</summary>
    /// <returns>The exit code: 0 when nothing went wrong.</returns>
    public static async Task<int> RunAsync(TimeSpan duration)
    {
        Console.WriteLine("starting swarm, shop and three nodes of etcd");
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "3000", "-churn");
        await using GoTarget shop = await GoTarget.StartAsync("shop", Toolchains.Newest);
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(await Etcd.BuildAsync());
        await using EtcdLoad load = EtcdLoad.Start(cluster.Clients, EtcdClients);
        await load.ProceedAsync(100);
        (EtcdNode leader, ulong term) = await cluster.LeaderAsync();

        using BinaryCache binaries = new();
        SoakTarget[] targets =
        [
            new("swarm", GoProcess.Open(swarm.ProcessId, binaries)),
            new("shop", GoProcess.Open(shop.ProcessId, binaries)),
            new("etcd leader", GoProcess.Open(leader.ProcessId, binaries)),
        ];
        long growth = await LoopAsync(targets, load, duration);

        await load.ProceedAsync(100);
        (EtcdNode lastLeader, ulong lastTerm) = await cluster.LeaderAsync();
        int problems = targets.Sum(target => target.Failures) + load.Errors.Count;
        foreach (string error in load.Errors)
            Console.Error.WriteLine($"soak: {error}");
        if (lastLeader != leader || lastTerm != term)
            problems += Complain($"etcd elected a leader: the term was {term} and is {lastTerm}");
        if (growth > GrowthKiBMax)
            problems += Complain($"this process grew by {growth / 1024} MB");
        Console.WriteLine(problems == 0 ? "nothing went wrong" : $"{problems} problems");
        return problems == 0 ? 0 : 1;
    }

    /// <returns>By how many KiB this process grew since it was warm.</returns>
    private static async Task<long> LoopAsync(SoakTarget[] targets, EtcdLoad load, TimeSpan duration)
    {
        long begun = Stopwatch.GetTimestamp();
        long warm = 0;
        for (TimeSpan shown = TimeSpan.Zero, now = TimeSpan.Zero; now < duration; now = Stopwatch.GetElapsedTime(begun))
        {
            foreach (SoakTarget target in targets)
                await target.SnapshotAsync();
            if (now - shown < Interval)
                continue;
            shown = now;
            long own = ResidentMemory.OfProcess(Environment.ProcessId);
            if (warm == 0 && now > Warm)
                warm = own;
            Console.WriteLine($"{now:hh\\:mm\\:ss} own {own / 1024} MB; {string.Join("; ", targets.AsEnumerable())}; "
                + $"{load.Operations} etcd operations, slowest {load.Slowest.TotalMilliseconds:f0} ms, {load.Errors.Count} errors");
        }
        return warm == 0 ? 0 : ResidentMemory.OfProcess(Environment.ProcessId) - warm;
    }

    private static int Complain(string problem)
    {
        Console.Error.WriteLine($"soak: {problem}");
        return 1;
    }
}
