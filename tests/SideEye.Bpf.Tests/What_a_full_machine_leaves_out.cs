using System.Text;
using SideEye.GoRuntime;
using SideEye.Target.Native;
using static SideEye.Bpf.Tests.ProgramBuilder;
using Code = SideEye.Target.Native.NativeCaptureCode;

namespace SideEye.Bpf.Tests;

/// <summary>More than the capture machine's own memory holds: it ends, and says that something is missing.</summary>
public sealed class What_a_full_machine_leaves_out
{
    private const int NodeBytes = 16;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_object_with_more_pointers_than_the_queue_holds_is_cut_and_its_goroutine_says_so(bool inside)
    {
        Requires.Bpf();
        await using CaptureTarget target = await CaptureTarget.StartAsync("1.27");
        ProgramBuilder program = target.Program();
        uint node = program.Declare(NodeBytes);
        program.Define(node, Op(Code.Pointer, 8, node));
        // All of them wait in the queue before the first is looked at.
        uint pointers = program.Routine(
            8, [.. Enumerable.Repeat(Op(Code.Pointer, 0, node), NativeLimits.CaptureQueue + 10)]);
        ProgramImage image = target.Once(program, program.Global(target.Symbol("main.ring"), pointers, depth: 2));

        (NativeSnapshotResult result, List<CapturedObject> objects, int cut) =
            inside ? target.TakeByProbe(image) : target.TakeFromOutside(image);

        Assert.Equal(1ul, result.CaptureCut);
        Assert.Equal(1, cut);
        Assert.Equal((uint)NativeTruncation.CapturesLong, result.Truncated);
        Assert.Equal(0ul, Assert.Single(objects, each => each.Record.Routine == node).Word(0));
    }

    [Fact]
    public async Task More_unreadable_objects_than_are_tried_again_are_cut_and_their_goroutines_say_so()
    {
        Requires.Bpf();
        const int lost = 40_000; // for each of two goroutines
        await using CaptureTarget target =
            await CaptureTarget.StartAsync("1.27", "-wanted", "1", "-lost", $"{lost}");
        ProgramBuilder program = target.Program();
        GoFunction capture = target.Function("main.capture");
        program.Frame(capture.Entry, capture.End, 0, Wild(target, program));
        ProgramImage image = target.Once(program, Wild(target, program));

        (NativeSnapshotResult result, List<CapturedObject> objects, int cut) = target.TakeByProbe(image);

        Assert.Equal((ulong)NativeLimits.CaptureRetriesMax, result.Retried);
        Assert.Equal(NativeLimits.CaptureRetriesMax, objects.Count(each => !each.IsCopied));
        Assert.InRange(result.CaptureCut, 1ul, 2ul);
        Assert.Equal(result.CaptureCut, (ulong)cut);
        Assert.Equal((uint)NativeTruncation.CapturesFull, result.Truncated);
    }

    [Theory]
    [InlineData("1.19", true)]
    [InlineData("1.27", true)]
    [InlineData("1.27", false)]
    public async Task What_a_running_goroutine_has_in_hand_is_copied_as_well(string version, bool inside)
    {
        Requires.Bpf();
        const int wanted = 3;
        await using CaptureTarget target = await CaptureTarget.StartAsync(
            version, "-wanted", $"{wanted}", "-spin", "1");
        (int cfaOffset, int locals) = target.CaptureFrame();
        ProgramBuilder program = target.Program();
        CaptureLocals.Add(program, target.Function("main.capture"), cfaOffset, locals, isSwiss: false);
        GoFunction busy = target.Function("main.keepBusy");
        uint text = program.Routine(16);
        program.Frame(busy.Entry, busy.End, 0, program.Global(target.Symbol("main.text"), text, depth: 1));
        ProgramImage image = program.Build();
        using Probe? probe = inside ? Probe.Load(64 << 20, 100_000, image) : null;

        // A machine with other work takes the goroutine off its thread now and then.
        for (int attempt = 1; ; attempt++)
        {
            using FrozenRead read = target.Take(probe, image);
            List<CapturedObject> objects = CapturedObjects.Of(read);
            string[] texts = [.. objects.Select(each => Encoding.UTF8.GetString(each.Bytes))];

            Assert.All(Enumerable.Range(0, wanted), id => Assert.Contains($"a text of {id}", texts));
            Assert.Single(objects, each => each.Record.Routine == text); // of the innermost frame
            if (CapturedObjects.RunningGoroutines(read) > 0)
                return;
            Assert.True(attempt < 100, "the busy goroutine was never seen running");
        }
    }

    private static NativeCaptureOp Wild(CaptureTarget target, ProgramBuilder program)
    {
        uint nowhere = program.Routine(NodeBytes);
        uint pointer = program.Routine(8, Op(Code.Pointer, 0, nowhere));
        uint slice = program.Routine(24, Op(Code.Counted, 0, pointer, second: 8, limit: 1_000_000));
        return program.Global(target.Symbol("main.wild"), slice, depth: 3);
    }
}
