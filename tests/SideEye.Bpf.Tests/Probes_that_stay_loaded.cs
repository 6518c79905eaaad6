using SideEye.Capture;
using SideEye.Host;
using SideEye.Target.Native;

namespace SideEye.Bpf.Tests;

/// <summary>A pool keeps probes loaded between snapshots, and costs the host nothing meanwhile.</summary>
public sealed class Probes_that_stay_loaded
{
    private const long Capacity = 1 << 20;
    private const int Goroutines = 1000;

    [Fact]
    public void Are_lent_again()
    {
        Requires.Bpf();
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        Probe first;
        using (ProbeLoan loan = pool.Lend(Capacity, Goroutines, null))
            first = loan.Probe;
        Assert.Equal(1, pool.Count);

        using ProbeLoan again = pool.Lend(Capacity, Goroutines, null);

        Assert.Same(first, again.Probe);
        Assert.Equal(1, pool.Loads);
        Assert.Equal(0, pool.Count);
    }

    [Fact]
    public void Are_lent_to_one_at_a_time()
    {
        Requires.Bpf();
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        using ProbeLoan one = pool.Lend(Capacity, Goroutines, null);
        using ProbeLoan other = pool.Lend(Capacity, Goroutines, null);
        Assert.NotSame(one.Probe, other.Probe);
        Assert.Equal(2, pool.Loads);
    }

    [Fact]
    public void Are_at_no_tracepoint_while_they_rest()
    {
        Requires.Bpf();
        int before = KernelPrograms.LinksOfThisProcess();
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        using (pool.Lend(Capacity, Goroutines, null))
            Assert.True(KernelPrograms.LinksOfThisProcess() > before);
        Assert.Equal(before, KernelPrograms.LinksOfThisProcess());
        using (pool.Lend(Capacity, Goroutines, null))
            Assert.True(KernelPrograms.LinksOfThisProcess() > before);
    }

    [Fact]
    public void Are_not_lent_for_more_than_they_have_room_for()
    {
        Requires.Bpf();
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        pool.Lend(Capacity, Goroutines, null).Dispose();

        using ProbeLoan large = pool.Lend(Capacity * 4, Goroutines, null);

        Assert.Equal(2, pool.Loads);
        Assert.Equal(1, pool.Count);
        Assert.True(large.Probe.CapacityBytes >= Capacity * 4);
    }

    [Fact]
    public void Leave_when_nobody_wants_them_any_more()
    {
        Requires.Bpf();
        IReadOnlyList<uint> before = KernelPrograms.OfThisProcess();
        using ProbePool patient = new(ProbePoolLimits.Default, TimeProvider.System);
        using ProbePool hasty = new(ProbePoolLimits.Default with { RestMax = TimeSpan.Zero }, TimeProvider.System);
        patient.Lend(Capacity, Goroutines, null).Dispose();
        hasty.Lend(Capacity, Goroutines, null).Dispose();

        patient.GiveBack();
        hasty.GiveBack();

        Assert.Equal(1, patient.Count);
        Assert.Equal(0, hasty.Count);
        patient.Dispose();
        Assert.Empty(KernelPrograms.OfThisProcess().Except(before));
    }

    [Fact]
    public void Are_no_more_than_the_pool_may_keep()
    {
        Requires.Bpf();
        using ProbePool few = new(ProbePoolLimits.Default with { ProbesMax = 1 }, TimeProvider.System);
        using ProbePool small = new(ProbePoolLimits.Default with { BytesMax = 3 * Capacity }, TimeProvider.System);
        foreach (ProbePool pool in new[] { few, small })
        {
            ProbeLoan[] loans = [.. Enumerable.Range(1, 3).Select(_ => pool.Lend(2 * Capacity, Goroutines, null))];
            foreach (ProbeLoan loan in loans)
                loan.Dispose();
            Assert.Equal(1, pool.Count);
        }
    }

    [Fact]
    public async Task Hold_nothing_of_what_they_copied_while_they_rest()
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync("swarm", "1.27", "-n", "100");
        using BinaryCache binaries = new();
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        byte[] copied;
        using (ProbeLoan loan = pool.Lend(Capacity, Goroutines, null))
        {
            using FrozenRead read = Take(loan.Probe, GoProcess.Open(target.ProcessId, binaries));
            copied = read.Region(0).Span[..1024].ToArray();
            Assert.True(SharedMaps.Have(copied));
        }
        Assert.Equal(1, pool.Count);
        Assert.False(SharedMaps.Have(copied));
    }

    /// <summary>Nothing of one snapshot is left for the next, whosever it is.</summary>
    [Fact]
    public async Task Read_one_process_after_the_other()
    {
        Requires.Bpf();
        await using GoTarget many = await GoTarget.StartAsync("swarm", "1.27", "-n", "3000");
        await using GoTarget few = await GoTarget.StartAsync("swarm", "1.27", "-n", "100");
        using BinaryCache binaries = new();
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        GoProcess[] processes = [GoProcess.Open(many.ProcessId, binaries), GoProcess.Open(few.ProcessId, binaries)];
        for (int round = 0; round < 3; round++)
        {
            foreach (GoProcess process in processes)
            {
                using ProbeLoan loan = pool.Lend(64 << 20, 100_000, null);
                using FrozenRead read = Take(loan.Probe, process);
                GoroutineCopies copies = new(read);
                List<ulong> indices = [.. Enumerable.Range(0, read.RegionCount).SelectMany(copies.In)
                    .Select(static copy => copy.Record.Index).Order()];
                Assert.Equal((uint)NativeOutcome.Done, read.Result.Outcome);
                Assert.Equal(read.Result.Goroutines, read.Result.Recorded + read.Result.Dead);
                Assert.Equal((int)read.Result.Recorded, indices.Count);
                Assert.Equal(indices.Distinct(), indices);
                Assert.Equal(process == processes[0], indices.Count > 3000);
            }
        }
        Assert.Equal(1, pool.Loads);
    }

    /// <summary>Again where no thread of the target found a processor in time for the probe.</summary>
    private static FrozenRead Take(Probe probe, GoProcess process)
    {
        for (int attempt = 1; ; attempt++)
        {
            FrozenRead read = FrozenRead.Take(probe, process.Request(
                CaptureLimits.Default with { PauseMax = TimeSpan.FromSeconds(20) }, NativeReader.Bpf, 64 << 20, 2));
            if (read.Result.Reader == (uint)NativeReader.Bpf && read.Result.Outcome == (uint)NativeOutcome.Done)
                return read;
            read.Dispose();
            Assert.True(attempt < 20, "no thread of the target ever ran the probe");
        }
    }
}
