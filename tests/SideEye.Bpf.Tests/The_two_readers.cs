using SideEye.Capture;
using SideEye.Host;
using SideEye.Target.Native;

namespace SideEye.Bpf.Tests;

/// <summary>
/// The probe inside the target and process_vm_readv outside copy the same bytes: both read in one freeze, and every
/// goroutine of one is held against the other's.
/// </summary>
public sealed class The_two_readers
{
    private const int AttemptsMax = 20;

    // What is compared here is bytes, not how long a busy machine takes.
    private static readonly CaptureLimits Patient =
        CaptureLimits.Default with { PauseMax = TimeSpan.FromSeconds(20) };

    [Theory]
    [InlineData("zoo", "1.19")]
    [InlineData("zoo", "1.23")]
    [InlineData("zoo", "1.27")]
    [InlineData("swarm", "1.27", "-n", "3000")]
    public async Task Agree_byte_for_byte(string program, string version, params string[] arguments)
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync(program, version, arguments);
        using BinaryCache binaries = new();
        GoProcess process = GoProcess.Open(target.ProcessId, binaries);
        using Probe probe = Probe.Load(64 << 20, 100_000);

        using FrozenRead read = await TakeByBothAsync(process, probe);

        GoroutineCopies copies = new(read);
        int last = read.RegionCount - 1;
        List<GoroutineCopy> inside = [.. Enumerable.Range(0, last).SelectMany(copies.In)];
        List<GoroutineCopy> outside = copies.In(last);
        Assert.Equal((int)read.Result.Recorded, inside.Count);
        Assert.Equal(read.Result.Goroutines, read.Result.Recorded + read.Result.Dead);
        Assert.True(inside.Count >= 10, $"only {inside.Count} goroutines");
        // The same set, and none twice: the indices of either, in order.
        Assert.Equal(Indices(inside).Distinct(), Indices(inside));
        Assert.Equal(Indices(inside), Indices(outside));
        Dictionary<ulong, GoroutineCopy> byIndex = outside.ToDictionary(copy => copy.Record.Index);
        foreach (GoroutineCopy mine in inside)
            AssertSame(mine, byIndex[mine.Record.Index]);
    }

    private static IEnumerable<ulong> Indices(List<GoroutineCopy> copies) =>
        copies.Select(copy => copy.Record.Index).Order();

    private static void AssertSame(GoroutineCopy inside, GoroutineCopy outside)
    {
        Assert.Equal(inside.Facts, outside.Facts);
        Assert.True(inside.G.AsSpan().SequenceEqual(outside.G), $"runtime.g of allgs[{inside.Record.Index}] differs");
        Assert.True(inside.Stack.AsSpan().SequenceEqual(outside.Stack),
            $"stack of allgs[{inside.Record.Index}] differs");
    }

    /// <summary>Where no thread found a processor in time for the probe, both copies are from outside: again.</summary>
    private static async Task<FrozenRead> TakeByBothAsync(GoProcess process, Probe probe)
    {
        for (int attempt = 1; ; attempt++)
        {
            FrozenRead read = FrozenRead.Take(probe, process.Request(Patient, NativeReader.Both, 64 << 20, workers: 2));
            Assert.True(
                read.Result.Outcome == (uint)NativeOutcome.Done,
                $"{(NativeOutcome)read.Result.Outcome}, number {read.Result.ErrorNumber}");
            Assert.Equal(0u, read.Result.Truncated);
            if (read.Result.Reader == (uint)NativeReader.Bpf)
                return read;
            read.Dispose();
            Assert.True(attempt < AttemptsMax, "no thread of the target ever ran the probe");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
