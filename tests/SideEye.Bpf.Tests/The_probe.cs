using System.Diagnostics;

namespace SideEye.Bpf.Tests;

/// <summary>Loading the probe into the kernel of this machine, and taking it out again.</summary>
public sealed class The_probe
{
    [Fact]
    public void Loads_on_this_kernel()
    {
        Requires.Bpf();
        using Probe probe = Probe.Load(1 << 20, 1000);
        Assert.Equal(1 << 20, probe.CapacityBytes);
        Assert.Equal(1000, probe.GoroutinesMax);
        Assert.NotEmpty(KernelPrograms.OfThisProcess());
    }

    [Fact]
    public async Task Leaves_nothing_behind_in_the_kernel()
    {
        Requires.Bpf();
        IReadOnlyList<uint> before = KernelPrograms.OfThisProcess();
        IReadOnlyList<uint> loaded;
        using (Probe.Load(1 << 20, 1000))
            loaded = [.. KernelPrograms.OfThisProcess().Except(before)];

        Assert.NotEmpty(loaded);
        Assert.Empty(KernelPrograms.OfThisProcess().Except(before));
        // The kernel frees a program when the last processor has left it.
        for (long begun = Stopwatch.GetTimestamp(); loaded.Any(KernelPrograms.Exists);)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), "the program is still there");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_refusal_names_what_the_kernel_did_not_like()
    {
        Requires.Bpf();
        const long morePagesThanThereAre = 1L << 51;
        IReadOnlyList<uint> before = KernelPrograms.OfThisProcess();

        ProbeRefusedException refusal =
            Assert.Throws<ProbeRefusedException>(() => Probe.Load(morePagesThanThereAre, 1000));

        Assert.Contains("map 'chunks'", refusal.Message);
        Assert.Contains("--reader vmread", refusal.Message);
        Assert.NotEqual(0, refusal.Error);
        Assert.Equal(before, KernelPrograms.OfThisProcess());
    }

    [Fact]
    public void A_probe_that_is_gone_cannot_be_used()
    {
        Requires.Bpf();
        Probe probe = Probe.Load(1 << 20, 1000);
        probe.Dispose();
        probe.Dispose();
        Assert.Throws<ObjectDisposedException>(() => FrozenRead.Take(probe, default).Dispose());
    }

    [Fact]
    public void The_reader_inside_the_target_needs_a_probe() =>
        Assert.Throws<ArgumentNullException>(() => FrozenRead.Take(null, default).Dispose());

    [Fact]
    public void A_process_that_does_not_exist_has_no_program() =>
        Assert.False(FrozenRead.TryIdentify(int.MaxValue, out _, out _));
}
