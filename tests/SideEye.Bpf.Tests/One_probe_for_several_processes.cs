using SideEye.Capture;
using SideEye.Host;
using SideEye.Target.Native;

namespace SideEye.Bpf.Tests;

/// <summary>Processes of one snapshot take turns at a probe, and each finds what it would find alone.</summary>
public sealed class One_probe_for_several_processes
{
    private static readonly CaptureLimits Patient =
        CaptureLimits.Default with { PauseMax = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task Is_loaded_once_and_keeps_the_records_of_each()
    {
        Requires.Bpf();
        await using Targets targets = await Targets.StartAsync(3000, 100, 700);
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        IReadOnlyList<SharedProbe.Turn> turns = SharedProbe.Lend(pool, [.. targets.All.Select(_ => Need(4 << 20))]);
        Assert.Equal(1, pool.Loads);

        FrozenRead[] reads = [.. targets.All.Select((process, i) => Take(turns[i], process))];

        foreach ((FrozenRead read, int goroutines) in reads.Zip([3000, 100, 700]))
            AssertWhole(read, goroutines);
        for (int i = 0; i < reads.Length; i++)
        {
            Assert.Equal(0, pool.Count);
            reads[i].Dispose();
            turns[i].Dispose();
        }
        Assert.Equal(1, pool.Count);
    }

    [Fact]
    public async Task Keeps_room_for_those_whose_turn_comes_after_one_that_grew()
    {
        Requires.Bpf();
        await using Targets targets = await Targets.StartAsync(30_000, 100);
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        IReadOnlyList<SharedProbe.Turn> turns = SharedProbe.Lend(pool, [Need(1 << 20), Need(1 << 20)]);
        using (FrozenRead grown = Take(turns[0], targets.All[0]))
        {
            AssertWhole(grown, 30_000);
            Assert.NotEmpty(ReadFromOutside(grown));
        }
        using (FrozenRead small = Take(turns[1], targets.All[1]))
        {
            AssertWhole(small, 100);
            Assert.Empty(ReadFromOutside(small));
        }
        foreach (SharedProbe.Turn turn in turns)
            turn.Dispose();
    }

    [Fact]
    public async Task Gives_nobody_more_room_than_may_be_copied_of_it()
    {
        Requires.Bpf();
        await using Targets targets = await Targets.StartAsync(6000);
        IReadOnlyList<SharedProbe.Turn> turns = SharedProbe.Lend(null, [Need(1 << 20) with { BytesMax = 1 << 20 }]);
        using SharedProbe.Turn turn = turns[0];
        using FrozenRead read = Take(turn, targets.All[0]);
        AssertWhole(read, 6000);
        Assert.InRange(read.RegionCount - 1, 1, 2); // its megabyte, and one begun by another worker
        Assert.NotEmpty(ReadFromOutside(read));
    }

    [Fact]
    public async Task Holds_nothing_of_any_of_them_when_all_had_their_turn()
    {
        Requires.Bpf();
        await using Targets targets = await Targets.StartAsync(100, 200);
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        IReadOnlyList<SharedProbe.Turn> turns = SharedProbe.Lend(pool, [.. targets.All.Select(_ => Need(1 << 20))]);
        List<byte[]> copied = [];
        foreach ((SharedProbe.Turn turn, GoProcess process) in turns.Zip(targets.All))
        {
            using FrozenRead read = Take(turn, process);
            copied.Add(read.Region(0).Span[..1024].ToArray());
        }
        Assert.All(copied, static bytes => Assert.True(SharedMaps.Have(bytes)));

        foreach (SharedProbe.Turn turn in turns)
            turn.Dispose();

        Assert.Equal(1, pool.Count);
        Assert.All(copied, static bytes => Assert.False(SharedMaps.Have(bytes)));
    }

    [Fact]
    public void Is_given_back_also_by_those_who_never_had_their_turn()
    {
        Requires.Bpf();
        using ProbePool pool = new(ProbePoolLimits.Default, TimeProvider.System);
        IReadOnlyList<SharedProbe.Turn> turns = SharedProbe.Lend(pool, [Need(1 << 20), Need(1 << 20)]);
        foreach (SharedProbe.Turn turn in turns)
        {
            Assert.Equal(0, pool.Count);
            turn.Dispose();
            turn.Dispose();
        }
        Assert.Equal(1, pool.Count);
        Assert.Throws<ObjectDisposedException>(() => turns[0].Take(default).Dispose());
    }

    private static ProbeNeed Need(long bytes) => new(bytes, 0, 1L << 30, 100_000, 2, null);

    /// <summary>What process_vm_readv read is in the last region.</summary>
    private static List<GoroutineCopy> ReadFromOutside(FrozenRead read) =>
        new GoroutineCopies(read).In(read.RegionCount - 1);

    private static void AssertWhole(FrozenRead read, int goroutines)
    {
        GoroutineCopies copies = new(read);
        List<ulong> indices = [.. Enumerable.Range(0, read.RegionCount).SelectMany(copies.In)
            .Select(static copy => copy.Record.Index).Order()];
        Assert.Equal(read.Result.Goroutines, read.Result.Recorded + read.Result.Dead);
        Assert.Equal((int)read.Result.Recorded, indices.Count);
        Assert.Equal(indices.Distinct(), indices);
        Assert.InRange(indices.Count, goroutines, goroutines + 50);
    }

    /// <summary>Again where no thread of the target found a processor in time for the probe.</summary>
    private static FrozenRead Take(SharedProbe.Turn turn, GoProcess process)
    {
        for (int attempt = 1; ; attempt++)
        {
            FrozenRead read = turn.Take(process.Request(Patient, NativeReader.Bpf, 1 << 20, 2));
            if (read.Result.Reader == (uint)NativeReader.Bpf && read.Result.Outcome == (uint)NativeOutcome.Done)
                return read;
            read.Dispose();
            Assert.True(attempt < 20, "no thread of the target ever ran the probe");
        }
    }

    /// <summary>Running programs, opened.</summary>
    private sealed class Targets : IAsyncDisposable
    {
        private readonly BinaryCache binaries = new();
        private readonly List<GoTarget> targets = [];

        public List<GoProcess> All { get; } = [];

        public static async Task<Targets> StartAsync(params int[] goroutines)
        {
            Targets started = new();
            foreach (int count in goroutines)
            {
                started.targets.Add(await GoTarget.StartAsync("swarm", "1.27", "-n", $"{count}"));
                started.All.Add(GoProcess.Open(started.targets[^1].ProcessId, started.binaries));
            }
            return started;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (GoTarget target in targets)
                await target.DisposeAsync();
            binaries.Dispose();
        }
    }
}
