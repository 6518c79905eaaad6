using SideEye.Capture.Values;
using SideEye.Capture.Values.Wellknown;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using static SideEye.Capture.Tests.Values.MadeTypes;

namespace SideEye.Capture.Tests.Values;

/// <summary>What values look like, and what is said where they are cut.</summary>
public sealed class Values_of_every_kind
{
    private readonly MadeMemory memory = new();

    [Fact]
    public void A_pointer_is_shown_as_its_target_and_its_address_beside()
    {
        GoType pair = Struct("main.pair", ("a", Int), ("b", GoString));
        ulong target = memory.New(24);
        memory.Words(target, 5).Text(target + 8, "x");
        Rendered value = Rendered.Of(memory, PointerTo(pair), memory.Of(target));
        Assert.Equal("""{"a":5,"b":"x"}""", value.Text);
        Assert.Equal($"{{\"__addr\":\"0x{target:x}\"}}", value.Raw);
        Rendered nil = Rendered.Of(memory, PointerTo(pair), memory.Of(0));
        Assert.Equal((true, null, null), (nil.IsNull, nil.Reason, nil.Raw));
    }

    [Fact]
    public void A_ring_is_cut_where_it_closes()
    {
        GoType node = Recursive("main.node", 8, self => [new("next", PointerTo("main.node", () => self), 0, false)]);
        ulong first = memory.New(8);
        memory.Words(first, first);
        Rendered value = Rendered.Of(memory, PointerTo(node), memory.Of(first));
        Assert.Equal("""{"next":null}""", value.Text);
        string address = $"\"__addr\":\"0x{first:x}\"";
        Assert.Equal($"{{{address},\"next\":{{{address},\"__cycle\":true}}}}", value.Raw);
    }

    [Fact]
    public void Pointers_are_followed_as_deep_as_the_spec_says()
    {
        GoType node = Recursive("main.node", 8, self => [new("next", PointerTo("main.node", () => self), 0, false)]);
        ulong at = memory.Of(memory.Of(memory.Of(memory.Of(0))));
        ValueLimits two = Rendered.Limits with { PointerDepth = 2 };
        Rendered value = Rendered.Of(memory, PointerTo(node), at, two);
        Assert.Equal("""{"next":{"next":null}}""", value.Text);
        Assert.Contains("\"__truncated\":\"depth\"", value.Raw);
        Rendered none = Rendered.Of(memory, PointerTo(node), at, Rendered.Limits with { PointerDepth = 0 });
        Assert.Equal(CaptureReason.DepthReached, none.Reason);
    }

    [Fact]
    public void What_is_cut_says_so()
    {
        ulong text = memory.New(16);
        memory.Text(text, "aé" + new string('z', 3000));
        Rendered cut = Rendered.Of(memory, GoString, text, Rendered.Limits with { StringBytes = 2 });
        Assert.Equal(("a", """{"__truncated":"string: 1 of 3003 bytes"}"""), (cut.Text, cut.Raw));
        ulong list = memory.Of(memory.Of(1, 2, 3, 4), 4, 4);
        Rendered part = Rendered.Of(memory, SliceOf(Int), list, Rendered.Limits with { SliceBytes = 16 });
        Assert.Equal(("[1,2]", """{"__truncated":"slice: 2 of 4 elements"}"""), (part.Text, part.Raw));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_in_base64()
    {
        ulong at = memory.New(24);
        memory.Bytes(at, [0xff, 0, 1]).Words(at + 16, 3);
        Rendered value = Rendered.Of(memory, SliceOf(Uint8), at);
        Assert.Equal(("/wAB", """{"__encoding":"base64"}"""), (value.Text, value.Raw));
        Rendered array = Rendered.Of(memory, ArrayOf(3, Uint8), memory.Of(0x0100ff));
        Assert.Equal("ff0001", array.Text);
    }

    [Fact]
    public void A_growing_map_is_read_from_both_tables()
    {
        GoType map = HashMap(GoString, Int);
        ulong moved = MadeMaps.Bucket(memory, 0, ("new", 1));
        ulong old = MadeMaps.Bucket(memory, MadeMaps.Bucket(memory, 0, ("over", 3)), ("gone", 9), ("old", 2));
        // The first entry of the old bucket is marked as moved (evacuatedX).
        memory.Put(old, [2]);
        ulong buckets = memory.New(416);
        byte[] copy = new byte[208];
        memory.TryRead(new(moved), copy);
        memory.Put(buckets, copy).Put(buckets + 208, new byte[208]);
        ulong at = memory.Of(memory.Of(3, 0x0000_0100, buckets, old, 0));
        Assert.Equal("""{"new":1,"old":2,"over":3}""", Rendered.Of(memory, map, at).Text);
    }

    [Fact]
    public void A_secret_entry_or_field_is_not_shown()
    {
        GoType map = SwissMap(GoString, Int);
        ulong at = memory.Of(MadeMaps.Write(memory, map, ("Authorization", 1), ("Accept", 2)));
        Assert.Equal("""{"Accept":2,"Authorization":"[redacted]"}""", Rendered.Of(memory, map, at).Text);
        GoType account = Struct("main.account", ("User", Int), ("apiKey", GoString));
        Assert.Equal(
            """{"User":1,"apiKey":"[redacted]"}""", Rendered.Of(memory, account, memory.Of(1, 0xdead, 5)).Text);
    }

    [Fact]
    public void A_channel_shows_its_buffer_from_the_oldest_on()
    {
        ulong buffer = memory.Of(30, 10, 20);
        ulong header = memory.New(96);
        memory.Words(header, 3, 3, buffer, 8, 1, 1, 0, 0, 0, 0);
        Rendered value = Rendered.Of(memory, ChanOf(Int), memory.Of(header));
        Assert.StartsWith(
            """{"len":3,"cap":3,"closed":false,"elem_type":"int","senders":[],"receivers":[],""", value.Text);
        Assert.EndsWith("\"buffer\":[10,20,30]}", value.Text);
    }

    [Theory]
    [InlineData(0UL, 0L, "0001-01-01T00:00:00Z")]
    [InlineData(0UL, 63871383845L, "2025-01-02T03:04:05Z")]
    [InlineData(6000UL, 63871383845L, "2025-01-02T03:04:05.000006Z")]
    [InlineData(0UL, -1L, "0000-12-31T23:59:59Z")]
    [InlineData(0UL, 315537897600L, "10000-01-01T00:00:00Z")]
    public void Times_are_in_UTC(ulong wall, long ext, string expected) =>
        Assert.Equal(expected, TimeText.Of(wall, ext));

    [Theory]
    [InlineData(0L, "0s")]
    [InlineData(1L, "1ns")]
    [InlineData(1100L, "1.1µs")]
    [InlineData(2_200_000L, "2.2ms")]
    [InlineData(3_300_000_000L, "3.3s")]
    [InlineData(245_000_000_000L, "4m5s")]
    [InlineData(18_367_001_000_000L, "5h6m7.001s")]
    [InlineData(480_000_000_001L, "8m0.000000001s")]
    [InlineData(long.MaxValue, "2562047h47m16.854775807s")]
    [InlineData(long.MinValue, "-2562047h47m16.854775808s")]
    public void Durations_are_as_Go_prints_them(long nanoseconds, string expected) =>
        Assert.Equal(expected, TimeText.OfDuration(nanoseconds));

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(1e6, "1e+06")]
    [InlineData(123456.5, "123456.5")]
    [InlineData(-0.00001, "-1e-05")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Floats_are_as_Go_prints_them(double value, string expected) =>
        Assert.Equal(expected, FloatText.Of(BitConverter.DoubleToUInt64Bits(value), 8));

    [Theory]
    [InlineData("a\"b\n", "\"a\\\"b\\n\"")]
    [InlineData("\x01é", "\"\\x01é\"")]
    public void Texts_are_quoted_as_Go_does(string text, string expected) => Assert.Equal(expected, GoQuote.Of(text));

    [Fact]
    public void As_many_pointers_are_followed_as_the_largest_depth_says()
    {
        const int deepest = 16;
        GoType node = Recursive(
            "main.node", 16, self => [new("n", Int, 0, false), new("next", PointerTo(self), 8, false)]);
        MadeMemory memory = new();
        ulong at = 0;
        for (ulong n = deepest + 5; n > 0; n--)
            at = memory.Of(n, at);
        Rendered value = Rendered.Of(memory, node, at, Rendered.Limits with { PointerDepth = deepest });
        Assert.Contains($"\"n\":{deepest + 1},\"next\":null", value.Text);
        Assert.Contains("\"__truncated\":\"depth\"", value.Raw);
        Assert.DoesNotContain("nesting", value.Raw);
    }
}
