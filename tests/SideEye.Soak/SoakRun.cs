using System.Diagnostics;
using SideEye.Testing;

namespace SideEye.Soak;

/// <summary>The whole run: targets, the snapshots of all of them at once, and the verdict.</summary>
internal static class SoakRun
{
    private const int EtcdClients = 4;

    /// <summary>A snapshotter that holds so much more than when it was warm leaks.</summary>
    private const long GrowthKiBMax = 256 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Runs for <paramref name="duration"/>.</summary>
    /// <returns>The exit code: 0 when nothing went wrong.</returns>
    public static async Task<int> RunAsync(TimeSpan duration)
    {
        Console.WriteLine("soak: starting swarm, shop and three nodes of etcd");
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "3000", "-churn");
        await using GoTarget shop = await GoTarget.StartAsync("shop", Toolchains.Newest);
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(await Etcd.BuildAsync());
        await using EtcdLoad load = EtcdLoad.Start(cluster.Clients, EtcdClients);
        await load.ProceedAsync(100);
        (EtcdNode leader, ulong term) = await cluster.LeaderAsync();

        int problems = await SnapshotAllAsync(
            [("swarm", swarm.ProcessId), ("shop", shop.ProcessId), ("etcd leader", leader.ProcessId)], load, duration);

        await load.ProceedAsync(100);
        (EtcdNode lastLeader, ulong lastTerm) = await cluster.LeaderAsync();
        foreach (string error in load.Errors)
            problems += Complain(error);
        if (lastLeader != leader || lastTerm != term)
            problems += Complain($"etcd elected a leader: the term was {term} and is {lastTerm}");
        if (swarm.HasExited || shop.HasExited)
            problems += Complain("a target has ended");
        Console.WriteLine(problems == 0 ? "soak: nothing went wrong" : $"soak: {problems} problems");
        return problems == 0 ? 0 : 1;
    }

    private static async Task<int> SnapshotAllAsync(
        IReadOnlyList<(string Name, int ProcessId)> processes, EtcdLoad load, TimeSpan duration)
    {
        using CancellationTokenSource stop = new();
        SoakTarget[] targets = [.. processes.Select(process => new SoakTarget(process.Name, process.ProcessId))];
        try
        {
            Task all = Task.WhenAll(targets.Select(target => target.RunAsync(stop.Token)));
            long begun = Stopwatch.GetTimestamp();
            for (TimeSpan now = default; now < duration && !all.IsCompleted; now = Stopwatch.GetElapsedTime(begun))
            {
                TimeSpan left = duration - now;
                await Task.WhenAny(all, Task.Delay(left < Interval ? left : Interval));
                Report(Stopwatch.GetElapsedTime(begun), targets, load);
            }
            await stop.CancelAsync();
            await all;
            return targets.Sum(target => target.Failures) + targets.Sum(Leaks);
        }
        finally
        {
            foreach (SoakTarget target in targets)
                await target.DisposeAsync();
        }
    }

    private static void Report(TimeSpan elapsed, SoakTarget[] targets, EtcdLoad load)
    {
        Console.WriteLine($"{elapsed:hh\\:mm\\:ss} etcd: {load.Operations} operations, slowest "
            + $"{load.Slowest.TotalMilliseconds:f0} ms, {load.Errors.Count} errors");
        foreach (SoakTarget target in targets)
            Console.WriteLine($"         {target}");
    }

    private static int Leaks(SoakTarget target) =>
        target.GrowthKiB <= GrowthKiBMax ? 0 : Complain($"{target} grew by {target.GrowthKiB / 1024} MB");

    private static int Complain(string problem)
    {
        Console.Error.WriteLine($"soak: {problem}");
        return 1;
    }
}
