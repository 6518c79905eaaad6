using System.Text;
using SideEye.Target.Native;
using static SideEye.Bpf.Tests.ProgramBuilder;
using Code = SideEye.Target.Native.NativeCaptureCode;

namespace SideEye.Bpf.Tests;

/// <summary>Frames of parked goroutines, limits, and memory that is not there.</summary>
public sealed class What_captured_frames_hold
{
    private const int Wanted = 40;
    private const int NodeBytes = 16;

    [Theory]
    [InlineData("1.19")]
    [InlineData("1.23")]
    [InlineData("1.27")]
    public async Task Both_readers_copy_the_same_of_every_frame(string version)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync(version, "-wanted", $"{Wanted}");
        ProgramImage image = Locals(target, _ => { });

        (NativeSnapshotResult inside, List<CapturedObject> theirs, _) = target.TakeByProbe(image);
        (NativeSnapshotResult outside, List<CapturedObject> ours, _) = target.TakeFromOutside(image);

        Assert.Equal(Wanted, theirs.Count(each => Encoding.UTF8.GetString(each.Bytes).StartsWith(
            "a text of ", StringComparison.Ordinal)));
        Assert.Equal(theirs.Select(each => each.Facts).Order(), ours.Select(each => each.Facts).Order());
        Assert.Equal(theirs.Select(each => each.Facts).Distinct().Count(), theirs.Count);
        Assert.Equal((inside.Objects, inside.ObjectBytes), (outside.Objects, outside.ObjectBytes));
        Assert.Equal(0ul, inside.CaptureCut);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task What_the_probe_has_no_room_for_is_copied_all_the_same(uint chunks)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync("1.27", "-wanted", "1500");
        ProgramImage image = Locals(target, program => program.BytesMax = 64 << 20);
        (NativeSnapshotResult outside, List<CapturedObject> ours, _) = target.TakeFromOutside(image);
        using Probe probe = Probe.Load(64 << 20, 100_000, image);

        using FrozenRead read = target.Take(probe, image, chunks);

        List<CapturedObject> theirs = CapturedObjects.Of(read);
        Assert.InRange(read.RegionCount - 1, 1, (int)chunks);
        Assert.Equal(ours.Select(each => each.Facts).Order(), theirs.Select(each => each.Facts).Order());
        Assert.Equal((outside.Objects, outside.ObjectBytes), (read.Result.Objects, read.Result.ObjectBytes));
        Assert.Equal(0ul, read.Result.CaptureCut);
    }

    [Fact]
    public async Task A_probe_takes_one_snapshot_after_the_other()
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync("1.27", "-wanted", $"{Wanted}");
        ProgramImage image = Locals(target, _ => { });
        using Probe probe = Probe.Load(64 << 20, 100_000, image);
        using FrozenRead first = target.Take(probe, image);
        ulong objects = first.Result.Objects;
        first.Dispose();

        using FrozenRead without = target.Take(probe, null);
        Assert.Equal(0ul, without.Result.Objects);
        without.Dispose();
        using FrozenRead second = target.Take(probe, image);

        Assert.Equal(objects, second.Result.Objects);
        Assert.Equal(objects, (ulong)CapturedObjects.Of(second).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_frame_that_holds_too_much_is_cut_and_its_goroutine_says_so(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync("1.27", "-wanted", $"{Wanted}");
        ProgramImage image = Locals(target, program => program.FrameBytesMax = 512); // the numbers alone are 800

        (NativeSnapshotResult result, List<CapturedObject> objects, int cut) =
            inside ? target.TakeByProbe(image) : target.TakeFromOutside(image);

        Assert.Equal((ulong)Wanted, result.CaptureCut);
        Assert.Equal(Wanted, cut);
        Assert.NotEmpty(objects);
        Assert.DoesNotContain(objects, each => each.Bytes.Length > 512);
        // Of the snapshot nothing is missing that somebody did not want to be.
        Assert.Equal(0u, result.Truncated);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_snapshot_does_not_copy_more_than_it_may(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync("1.27", "-wanted", $"{Wanted}");
        const ulong bytesMax = 4000;
        ProgramImage image = Locals(target, program => program.BytesMax = bytesMax);

        (NativeSnapshotResult result, _, int cut) =
            inside ? target.TakeByProbe(image) : target.TakeFromOutside(image);

        Assert.InRange(result.ObjectBytes, 1000u, bytesMax);
        Assert.InRange(cut, Wanted - 5, Wanted);
        Assert.Equal((uint)NativeTruncation.CapturesFull, result.Truncated);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_that_is_not_there_is_read_all_the_same(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync("1.27");
        ProgramBuilder program = target.Program();
        uint node = program.Declare(NodeBytes);
        program.Define(node, Op(Code.Pointer, 8, node));
        uint pointer = program.Routine(8, Op(Code.Pointer, 0, node));
        ProgramImage image = target.Once(program, program.Global(target.Symbol("main.cold"), pointer, depth: 3));
        Assert.Equal("ok", await target.Target.AskAsync("cool"));

        (NativeSnapshotResult result, List<CapturedObject> objects, _) =
            inside ? target.TakeByProbe(image) : target.TakeFromOutside(image);

        Assert.Equal(inside ? 1ul : 0, result.Retried);
        Assert.Equal([4242ul, 0], objects[1..].Select(each => each.Word(0))); // it, and the first of the ring
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pointers_to_nowhere_are_said_to_be_unreadable(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync("1.27");
        ProgramBuilder program = target.Program();
        uint node = program.Routine(NodeBytes);
        uint pointers = program.Routine(32, [.. Enumerable.Range(0, 4).Select(i => Op(Code.Pointer, 8 * i, node))]);
        ProgramImage image =
            target.Once(program, program.Global(target.Symbol("main.garbage"), pointers, depth: 2));

        (NativeSnapshotResult result, List<CapturedObject> objects, int cut) =
            inside ? target.TakeByProbe(image) : target.TakeFromOutside(image);

        Assert.Equal(4, objects.Count(each => !each.IsCopied && each.Bytes.Length == 0));
        Assert.Equal(1ul, result.Objects);
        Assert.Equal(0, cut);
    }

    [Fact]
    public async Task A_program_that_its_probe_has_no_room_for_is_refused()
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync("1.27");
        using Probe probe = Probe.Load(1 << 20, 1000);
        NativeSnapshotRequest request =
            target.Process.Request(SideEye.Capture.CaptureLimits.Default, NativeReader.Bpf, 1 << 20, workers: 1);

        using FrozenRead read = FrozenRead.Take(probe, request, Locals(target, _ => { }));

        Assert.Equal((uint)NativeOutcome.InternalFailure, read.Result.Outcome);
    }

    /// <summary>Captures the locals of main.capture, as the Go source lays them out.</summary>
    private static ProgramImage Locals(CaptureTarget target, Action<ProgramBuilder> change)
    {
        (int cfaOffset, int locals) = target.CaptureFrame();
        ProgramBuilder program = target.Program();
        change(program);
        CaptureLocals.Add(program, target.Function("main.capture"), cfaOffset, locals, isSwiss: false);
        return program.Build();
    }
}
