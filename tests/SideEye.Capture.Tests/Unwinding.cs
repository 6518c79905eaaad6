using System.Buffers.Binary;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Unwinding;
using SideEye.Target;

namespace SideEye.Capture.Tests;

/// <summary>Walks over stacks that were made up, by the tables of a real program.</summary>
public sealed class Unwinding(Zoo zoo) : IClassFixture<Zoo>
{
    private const ulong StackStart = 0xc000040000;
    private const ulong OutsideGo = 0x10;

    private readonly List<FrameKey> frames = [];

    private PclnTable Pcln => zoo.Binary.Pcln;

    /// <summary>A return address at the outermost function of every goroutine.</summary>
    private ulong Top => Pcln.FindByName("runtime.goexit")!.Value.Entry + 1;

    [Fact]
    public void A_walk_ends_at_the_outermost_function()
    {
        Assert.Equal(StackEnd.Complete, Walk(Stack(5, Top), framesMax: 512));
        Assert.Equal(6, frames.Count);
        Assert.Equal(Top, frames[^1].Pc);
        Assert.All(frames, frame => Assert.False(frame.IsExact));
    }

    [Fact]
    public void A_stack_of_just_the_limit_is_whole()
    {
        Assert.Equal(StackEnd.Complete, Walk(Stack(9, Top), framesMax: 10));
        Assert.Equal(10, frames.Count);
    }

    [Fact]
    public void One_frame_more_than_the_limit_is_cut_and_says_so()
    {
        Assert.Equal(StackEnd.FrameLimit, Walk(Stack(10, Top), framesMax: 10));
        Assert.Equal(10, frames.Count);
    }

    [Fact]
    public void A_stack_of_which_only_a_part_was_copied_is_walked_as_far_as_it_goes()
    {
        byte[] whole = Stack(20, Top);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(StackEnd.CopyLimit, Walk(whole[..length], framesMax: 512));
            Assert.Equal(1 + (length / FrameBytes), frames.Count);
        }
    }

    [Fact]
    public void A_caller_outside_Go_ends_the_walk()
    {
        Assert.Equal(StackEnd.ForeignCode, Walk(Stack(3, OutsideGo), framesMax: 512));
        Assert.Equal(3, frames.Count);
    }

    [Fact]
    public void A_position_independent_program_is_walked_at_its_run_time_addresses()
    {
        const ulong bias = 0x55550000000;
        Assert.Equal(StackEnd.Complete, Walk(Stack(4, Top, bias), framesMax: 512, bias));
        Assert.Equal(5, frames.Count);
        Assert.Equal(Top, frames[^1].Pc);
    }

    [Fact]
    public void A_stack_that_says_nothing_sensible_ends_the_walk()
    {
        Random random = new(1);
        byte[] noise = new byte[4096];
        for (int round = 0; round < 1000; round++)
        {
            random.NextBytes(noise);
            // Many words that are addresses of code make it go on longer.
            for (int at = 0; at + 8 <= noise.Length; at += 8)
            {
                ulong pc = Pcln.TextStart + (ulong)random.NextInt64((long)(Pcln.TextEnd - Pcln.TextStart));
                BinaryPrimitives.WriteUInt64LittleEndian(noise.AsSpan(at), pc);
            }
            Walk(noise, framesMax: 64);
            Assert.InRange(frames.Count, 1, 64);
        }
    }

    private int FrameBytes => Place().Delta + 8;

    private StackEnd Walk(byte[] stack, int framesMax, ulong bias = 0)
    {
        frames.Clear();
        Unwinder unwinder = new(Pcln, Architecture.Amd64, bias, framesMax);
        Registers registers = new(new(Place().Pc + bias), new(StackStart), default);
        StackBytes bytes = new(StackStart, stack);
        return unwinder.Walk(new StackStart(registers, IsExact: false), bytes, frames, [], out _);
    }

    /// <summary>So many frames of one function that calls itself, and what called the outermost.</summary>
    private byte[] Stack(int count, ulong caller, ulong bias = 0)
    {
        (ulong pc, int delta) = Place();
        byte[] stack = new byte[count * FrameBytes];
        for (int i = 0; i < count; i++)
        {
            Span<byte> returnAddress = stack.AsSpan((i * FrameBytes) + delta);
            BinaryPrimitives.WriteUInt64LittleEndian(returnAddress, (i + 1 < count ? pc : caller) + bias);
        }
        return stack;
    }

    /// <summary>A place in main.main with a frame and without inlined calls.</summary>
    private (ulong Pc, int Delta) Place()
    {
        GoFunction main = Pcln.FindByName("main.main")!.Value;
        List<PclnFrame> inlined = [];
        for (ulong pc = main.Entry + 1; pc < main.End; pc++)
        {
            inlined.Clear();
            if (Pcln.TryStackDelta(main, pc, out int delta) && delta > 0 && Pcln.Expand(main, pc - 1, inlined) == 1)
                return (pc, delta);
        }
        throw new InvalidOperationException("main.main has no such place");
    }
}
