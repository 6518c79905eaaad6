namespace SideEye.EndToEnd.Tests;

/// <summary>Threads, goroutines and whole processes that come and go while they are looked at.</summary>
public sealed class A_restless_target
{
    private const int Snapshots = 100;
    private const int ShortLives = 60;
    private const int LifeMillisecondsMax = 400;
    private const int SnapshotMillisecondsMax = 60;

    [Fact]
    public async Task Whose_threads_and_goroutines_come_and_go_is_whole_in_every_snapshot()
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "500", "-churn");
        await using SnapshotLoop loop = SnapshotLoop.Start(swarm.ProcessId, "main.receive");
        for (int i = 0; i < Snapshots; i++)
        {
            LoopedSnapshot snapshot = await loop.RequireNextAsync(TestContext.Current.CancellationToken);
            Assert.True(snapshot.IsWhole, $"snapshot {i}: {snapshot}: {string.Join('\n', snapshot.Faults)}");
            Assert.Equal(500, snapshot.Matching);
        }
        await loop.KillAsync();
        await TargetState.AssertRunsAsync(swarm);
    }

    [Fact]
    public async Task That_is_killed_leaves_a_good_snapshot_or_the_word_that_it_is_gone()
    {
        Requires.Bpf();
        int[] gone = await Task.WhenAll(KillTargetsAsync(1), KillTargetsAsync(2));
        TestContext.Current.TestOutputHelper?.WriteLine($"{gone.Sum()} of {ShortLives} ended within a snapshot");
    }

    /// <summary>Half of the targets die at a random time, half soon after their first snapshot.</summary>
    private static async Task<int> KillTargetsAsync(int seed)
    {
        Random random = new(seed);
        int gone = 0;
        for (int i = 0; i < ShortLives / 2; i++)
        {
            await using GoTarget target = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "3000", "-churn");
            await using SnapshotLoop loop = SnapshotLoop.Start(target.ProcessId);
            if (i % 2 == 0)
            {
                await loop.RequireNextAsync(TestContext.Current.CancellationToken);
                await Task.Delay(random.Next(SnapshotMillisecondsMax), TestContext.Current.CancellationToken);
            }
            else
            {
                await Task.Delay(random.Next(LifeMillisecondsMax), TestContext.Current.CancellationToken);
            }
            await target.KillAsync();
            gone += await ReadToEndAsync(loop);
        }
        return gone;
    }

    /// <returns>1 when the target ended within a snapshot.</returns>
    private static async Task<int> ReadToEndAsync(SnapshotLoop loop)
    {
        using CancellationTokenSource patience = new(GoTarget.Patience);
        int gone = 0;
        while (await loop.NextAsync(patience.Token) is LoopedSnapshot snapshot)
        {
            if (snapshot.IsWhole)
                continue;
            gone++;
            Assert.Empty(snapshot.Faults);
            Assert.Matches("^pid [0-9]+ ended, or executed another program, |^no process has the pid ", snapshot.Error);
        }
        (int exitCode, string errors) = await loop.EndAsync(patience.Token);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.InRange(gone, 0, 1);
        return gone;
    }
}
