using SideEye.Capture.Values;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using static SideEye.Capture.Tests.Values.MadeTypes;

namespace SideEye.Capture.Tests.Values;

/// <summary>An expression leads to its value, or to the reason why it does not.</summary>
public sealed class Paths_to_values
{
    private const ulong Frame = 0xc000_8000;
    private readonly MadeMemory memory = new();

    [Fact]
    public void A_variable_in_pieces_is_put_together()
    {
        memory.Text(Frame - 64, "abc");
        Assert.True(memory.TryRead(new(Frame - 64), new byte[16]));
        byte[] start = new byte[8];
        memory.TryRead(new(Frame - 64), start);
        memory.Put(Frame - 16, start).Words(Frame - 40, 3);
        ValueSource source = Rendered.In(
            GoString, [new(PlaceKind.Frame, -16, 8), new(PlaceKind.Frame, -40, 8)]);
        Assert.Equal("abc", Rendered.Of(memory, GoString, source, Frame).Text);
    }

    [Theory]
    [InlineData(PlaceKind.Nowhere, CaptureReason.OptimisedOut)]
    [InlineData(PlaceKind.Register, CaptureReason.InRegister)]
    public void Only_what_needs_the_missing_piece_is_missing(PlaceKind kind, string reason)
    {
        memory.Words(Frame - 40, 3);
        ValueSource text = Rendered.In(GoString, [new(kind, 0, 8), new(PlaceKind.Frame, -40, 8)]);
        Assert.Equal(reason, Rendered.Of(memory, GoString, text, Frame).Reason);
        ValueSource length = text with { Path = [new LengthStep(Int, false)] };
        Assert.Equal(3, Rendered.Of(memory, Int, length, Frame).Int64);
    }

    [Fact]
    public void A_struct_with_a_missing_field_shows_the_others()
    {
        GoType pair = Struct("main.pair", ("a", Int), ("b", Int));
        memory.Words(Frame - 8, 7);
        Rendered value = Rendered.Of(
            memory, pair, Rendered.In(pair, [new(PlaceKind.Nowhere, 0, 8), new(PlaceKind.Frame, -8, 8)]), Frame);
        Assert.Equal("""{"a":null,"b":7}""", value.Text);
        Assert.Equal("""{"a":{"__unreadable":"optimised out at this pc"}}""", value.Raw);
        Rendered none = Rendered.Of(memory, pair, Rendered.In(pair, [new(PlaceKind.Register, 0, 16)]), Frame);
        Assert.Equal((true, CaptureReason.InRegister), (none.IsNull, none.Reason));
    }

    [Fact]
    public void An_escaped_variable_is_where_its_pointer_says()
    {
        memory.Words(Frame - 8, memory.Of(42));
        ValueSource source = Rendered.In(Int, [new(PlaceKind.Frame, -8, 8)]) with { IsEscaped = true };
        Assert.Equal(42, Rendered.Of(memory, Int, source, Frame).Int64);
    }

    [Fact]
    public void A_nil_pointer_is_named()
    {
        GoType inner = Struct("main.inner", ("n", Int));
        GoType outer = Struct("main.outer", ("pad", Int), ("p", PointerTo(inner)));
        ulong at = memory.Of(1, 0);
        ValueSource source = Rendered.At(
            at, outer, new FieldStep(outer.Fields[1]), new FollowStep(inner), new FieldStep(inner.Fields[0]));
        Assert.Equal("nil pointer on the path at x.p", Rendered.Of(memory, Int, source).Reason);
    }

    [Fact]
    public void An_index_beyond_the_end_says_how_many_there_are()
    {
        ulong at = memory.Of(memory.Of(10, 20, 30), 3, 3);
        Assert.Equal(30, Rendered.Of(memory, Int, Rendered.At(at, SliceOf(Int), new IndexStep(Int, 2))).Int64);
        Rendered beyond = Rendered.Of(memory, Int, Rendered.At(at, SliceOf(Int), new IndexStep(Int, 7)));
        Assert.Equal("index 7 of 3 elements", beyond.Reason);
        Assert.True(beyond.IsNull);
    }

    [Fact]
    public void An_element_of_a_string_is_a_byte()
    {
        GoType single = new("uint8", GoKind.Uint8, 1, static () => new GoTypeParts());
        ulong at = memory.Of(memory.Of(0x434241), 3);
        Assert.Equal(0x43, Rendered.Of(memory, single, Rendered.At(at, GoString, new IndexStep(single, 2))).Int64);
        Rendered beyond = Rendered.Of(memory, single, Rendered.At(at, GoString, new IndexStep(single, 3)));
        Assert.Equal((true, "index 3 of 3 elements"), (beyond.IsNull, beyond.Reason));
    }

    [Fact]
    public void An_assertion_that_does_not_hold_names_the_type()
    {
        GoType a = Struct("main.A", ("n", Int));
        GoType b = Struct("main.B", ("n", Int));
        RenderingRules rules = Rendered.Rules((0x100, PointerTo(a)), (0x200, PointerTo(b)));
        ulong at = memory.Of(0x200, memory.Of(5));
        ValueSource Asserted(GoType type) => Rendered.At(
            at, Any, new AssertionStep(PointerTo(type)), new FollowStep(type), new FieldStep(type.Fields[0]));
        Assert.Equal(5, Rendered.Of(memory, Int, Asserted(b), rules: rules).Int64);
        Assert.Equal("dynamic type is *main.B", Rendered.Of(memory, Int, Asserted(a), rules: rules).Reason);
    }

    [Fact]
    public void A_secret_on_the_path_is_never_followed()
    {
        GoType account = Struct("main.account", ("Password", GoString));
        ValueSource source = Rendered.At(memory.Of(1, 1), account, new FieldStep(account.Fields[0]));
        Assert.Equal("[redacted]", Rendered.Of(memory, GoString, source).Text);
    }

    [Theory]
    [InlineData("one", 1L, null)]
    [InlineData("two", 2L, null)]
    [InlineData("six", 0L, CaptureReason.NoSuchKey)]
    [InlineData("token", 0L, CaptureReason.Redacted)]
    public void A_key_is_found_in_both_kinds_of_maps(string key, long value, string? reason)
    {
        foreach (GoType map in new[] { SwissMap(GoString, Int), HashMap(GoString, Int) })
        {
            ulong at = memory.Of(MadeMaps.Write(memory, map, ("one", 1), ("two", 2), ("three", 3)));
            Rendered found = Rendered.Of(memory, Int, Rendered.At(at, map, new KeyStep(Int, key)));
            Assert.Equal((value, reason), (found.Int64, found.Reason));
        }
    }
}
