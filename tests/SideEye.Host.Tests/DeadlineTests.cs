using SideEye.Capture;
using SideEye.Target.Native;
using SideEye.Testing;
using Xunit;

namespace SideEye.Host.Tests;

/// <summary>The pause has a limit: the target goes on, and the snapshot says what is missing.</summary>
public sealed class DeadlineTests
{
    private const int Goroutines = 40_000;
    private const int TriesMax = 60;

    [Theory]
    [InlineData(ReaderChoice.Bpf)]
    [InlineData(ReaderChoice.VmRead)]
    public async Task A_snapshot_that_hits_the_pause_limit_keeps_what_it_has_and_is_marked(ReaderChoice reader)
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync(
            "swarm", Toolchains.Newest, "-n", $"{Goroutines}", "-depth", "14", "-heartbeat");
        using BinaryCache binaries = new();
        GoProcess process = GoProcess.Open(swarm.ProcessId, binaries);
        CaptureLimits hasty = CaptureLimits.Default with { PauseMax = TimeSpan.FromMilliseconds(4),
            FreezeAttemptsMax = 1 };

        // Where threads take longer than the limit to stop at all there is an error and no snapshot: then try again.
        for (int tries = 0; tries < TriesMax; tries++)
        {
            Captured captured = await Captured.TakeAsync([process], reader, hasty);
            if (captured.Outcomes[0].Result is not { } result || result.Recorded == 0)
                continue;
            Assert.True(((NativeTruncation)result.Truncated).HasFlag(NativeTruncation.Goroutines));
            Assert.False(((NativeTruncation)result.Truncated).HasFlag(NativeTruncation.Room));
            Assert.True(result.Late > 0, "four milliseconds are not enough for this many");
            Assert.Equal(result.Goroutines, result.Recorded + result.Dead + result.Late);
            Assert.Equal((int)result.Recorded, captured.Goroutines.Count);
            Assert.Equal(captured.Goroutines.Count, captured.Goroutines.DistinctBy(goroutine => goroutine.Id).Count());
            Assert.Contains("were not reached", captured.ProcessText("error"), StringComparison.Ordinal);
            Assert.All(captured.Goroutines, goroutine => Assert.True(
                goroutine.TruncatedReason is not null || goroutine.Frames[^1].Function == "runtime.goexit"));
            await AssertRuns(swarm);
            return;
        }
        Assert.Skip(
            $"the threads never stopped within {hasty.PauseMax.TotalMilliseconds} ms: this machine is too busy");
    }

    private static async Task AssertRuns(GoTarget swarm)
    {
        long before = (await swarm.AskNumbersAsync("count"))[0];
        while ((await swarm.AskNumbersAsync("count"))[0] == before)
            await Task.Yield();
        Assert.Contains("TracerPid:\t0", await File.ReadAllTextAsync($"/proc/{swarm.ProcessId}/status"),
            StringComparison.Ordinal);
    }
}
