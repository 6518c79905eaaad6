using SideEye.Capture.Values;
using SideEye.GoRuntime.Types;
using SideEye.Target;
using static SideEye.Capture.Tests.Values.MadeTypes;

namespace SideEye.Capture.Tests.Values;

/// <summary>Whatever memory holds, a value is rendered, in bounded time and space.</summary>
public sealed class Hostile_memory
{
    [Fact]
    public void Random_memory_is_rendered_without_an_exception()
    {
        GoType[] types = AllTypes();
        RenderingRules rules = new()
        {
            DynamicType = address => types[address % (ulong)types.Length],
            TypeOfItab = address => address % 3 == 0 ? address : null,
            FunctionName = _ => "main.f",
        };
        int seed = 20261123;
        for (int round = 0; round < 300; round++)
        {
            RandomMemory memory = new(seed + round);
            using ValueRenderer renderer = new(memory, rules, new RenderLimits { ValuesMax = 2_000 });
            foreach (GoType type in types)
            {
                RenderedValue value = renderer.Render(type, new TargetAddress(0x1000), Rendered.Limits);
                Assert.True(value.Utf8.Length < 4 << 20, type.Name);
                if (value.Form == ColumnForm.Json && !value.IsNull)
                    System.Text.Json.JsonDocument.Parse(value.Utf8.ToArray()).Dispose();
                if (!value.RawUtf8.IsEmpty)
                    System.Text.Json.JsonDocument.Parse(value.RawUtf8.ToArray()).Dispose();
            }
        }
    }

    [Theory]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 48)]
    public void Impossible_lengths_are_not_believed(ulong length)
    {
        MadeMemory memory = new();
        ulong start = memory.Of(1, 2, 3);
        Assert.Equal(CaptureReason.NotPlausible, Rendered.Of(memory, GoString, memory.Of(start, length)).Reason);
        Assert.Equal(
            CaptureReason.NotPlausible, Rendered.Of(memory, SliceOf(Int), memory.Of(start, length, length)).Reason);
        Assert.Equal(CaptureReason.NotPlausible, Rendered.Of(memory, SliceOf(Int), memory.Of(start, 3, 2)).Reason);
    }

    [Fact]
    public void A_chain_of_buckets_that_bites_its_tail_ends()
    {
        MadeMemory memory = new();
        ulong bucket = MadeMaps.Bucket(memory, 0, ("a", 1));
        memory.Words(bucket + 200, bucket);
        ulong at = memory.Of(memory.Of(1000, 0, bucket, 0, 0));
        Rendered value = Rendered.Of(memory, HashMap(GoString, Int), at);
        Assert.Contains("__truncated\":\"map: 64 of 1000 entries\"", value.Raw);
    }

    [Fact]
    public void A_map_whose_entries_another_limit_left_out_says_which()
    {
        MadeMemory memory = new();
        ulong at = memory.Of(memory.Of(1000, 0, MadeMaps.Bucket(memory, 0, ("a", 1)), 0, 0));
        Rendered value = Rendered.Of(memory, HashMap(GoString, Int), at, cut: CaptureReason.BytesReached);
        Assert.Equal("""{"a":1}""", value.Text);
        Assert.Contains(
            "__truncated\":\"map: 1 of 1000 entries: bytes of a frame or of the snapshot\"", value.Raw);
    }

    [Fact]
    public void A_value_within_itself_ends()
    {
        GoType node = Recursive("main.node", 8, self => [new("self", self, 0, false)]);
        MadeMemory memory = new();
        Assert.Contains("\"__truncated\":\"nesting\"", Rendered.Of(memory, node, memory.Of(0)).Raw);
    }

    [Fact]
    public void A_document_stops_growing()
    {
        GoType list = SliceOf(SliceOf(SliceOf(Int)));
        MadeMemory memory = new();
        ulong row = memory.Of([.. Enumerable.Repeat(1UL, 100)]);
        ulong rows = memory.Of([.. Enumerable.Repeat(new[] { row, 100UL, 100UL }, 100).SelectMany(each => each)]);
        ulong all = memory.Of([.. Enumerable.Repeat(new[] { rows, 100UL, 100UL }, 100).SelectMany(each => each)]);
        using ValueRenderer renderer = new(memory, Rendered.Rules(), new RenderLimits { ValuesMax = 5_000 });
        RenderedValue value = renderer.Render(list, new TargetAddress(memory.Of(all, 100, 100)), Rendered.Limits);
        Assert.True(value.Utf8.Length < 50_000);
        Assert.Contains("of 100 elements", value.Raw);
    }

    private static GoType[] AllTypes()
    {
        GoType node = Recursive("main.node", 24, self =>
        [
            new("next", PointerTo("main.node", () => self), 0, false), new("text", GoString, 8, false),
        ]);
        GoType valueContext = Struct("context.valueCtx", ("Context", Basic("context.Context", GoKind.Interface, 16)),
            ("key", Any), ("val", Any));
        GoType cancel = Struct("context.cancelCtx", ("Context", Basic("context.Context", GoKind.Interface, 16)),
            ("err", Error));
        GoType path = Struct("io/fs.PathError", ("Op", GoString), ("Path", GoString), ("Err", Error));
        GoType address = Struct(
            "net.TCPAddr", ("IP", Named("net.IP", SliceOf(Uint8))), ("Port", Int), ("Zone", GoString));
        return
        [
            Bool, Int, Int8, Uint64, Float32, Float64, Complex128, GoString, Func, Unsafe, Any, Error, Time, Duration,
            node, PointerTo(node), SliceOf(node), SliceOf(Uint8), SliceOf(GoString), ArrayOf(4, Any), ArrayOf(9, Uint8),
            SwissMap(GoString, Any), SwissMap(Any, node), HashMap(Int, Any), HashMap(GoString, GoString), ChanOf(node),
            ChanOf(Int), valueContext, PointerTo(valueContext), PointerTo(cancel), PointerTo(path), address,
            Basic("context.Context", GoKind.Interface, 16), Basic("syscall.Errno", GoKind.Uintptr, 8),
            Struct("math/big.Int", ("neg", Bool), ("abs", SliceOf(Uint64))),
            Struct("sync.Mutex", ("state", GoInt32), ("sema", Uint32)), Struct("sync/atomic.Int32", ("v", GoInt32)),
            PointerTo(Struct("errors.joinError", ("errs", SliceOf(Error)))),
        ];
    }

    private static GoType Named(string name, GoType type) =>
        new(name, type.Kind, type.Size, () => new(type.Element));

    /// <summary>Memory of pages of random words, many of which are small or lead into it; some pages are missing.
    /// </summary>
    private sealed class RandomMemory(int seed) : ITargetMemory
    {
        public bool TryRead(TargetAddress address, Span<byte> destination)
        {
            for (int i = 0; i < destination.Length; i++)
            {
                ulong at = address.Value + (ulong)i;
                if (at >= 0x10_0000 || at % 0x1000 / 0x400 == (ulong)(seed & 3))
                    return false;
                destination[i] = (byte)(Word(at & ~7UL) >> (int)(8 * (at & 7)));
            }
            return true;
        }

        private ulong Word(ulong at)
        {
            ulong mixed = ((at / 8) + ((ulong)seed * 0x9E3779B97F4A7C15)) * 0xBF58476D1CE4E5B9;
            mixed ^= mixed >> 29;
            mixed *= 0x94D049BB133111EB;
            mixed ^= mixed >> 32;
            return (mixed % 7) switch
            {
                0 => 0,
                1 => mixed >> 60,
                2 => mixed >> 56,
                3 => mixed,
                _ => mixed >> 44 & ~7UL,
            };
        }
    }
}
