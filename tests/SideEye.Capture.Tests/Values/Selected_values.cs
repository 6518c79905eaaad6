using SideEye.Capture.Values;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using static SideEye.Capture.Tests.Values.MadeTypes;

namespace SideEye.Capture.Tests.Values;

/// <summary>Of several values, and of parts of one, exactly what the expression asks for.</summary>
public sealed class Selected_values
{
    private static readonly GoType Node = Struct("main.node", ("id", Int), ("name", GoString), ("apiKey", GoString));
    private readonly MadeMemory memory = new();

    [Fact]
    public void Of_each_element_of_a_slice_the_path_behind_it()
    {
        ulong at = memory.Of(memory.Of(NodeOf(1, "one"), NodeOf(2, "two"), 0), 3, 3);
        GoType slice = SliceOf(PointerTo(Node));
        Rendered ids = Of(slice, at, new EachStep(PointerTo(Node)), new FollowStep(Node), Field("id"));
        Assert.Equal("[1,2,null]", ids.Text);
        Assert.Equal("""{"2":{"__unreadable":"nil pointer on the path"}}""", ids.Raw);
        Rendered letters = Of(
            slice, at, new EachStep(PointerTo(Node)), new FollowStep(Node), Field("name"), new LengthStep(Int, false));
        Assert.Equal("[3,3,null]", letters.Text);
    }

    [Fact]
    public void Of_each_element_of_a_map_under_its_key()
    {
        foreach (GoType map in new[] { SwissMap(GoString, Int), HashMap(GoString, Int) })
        {
            ulong at = memory.Of(MadeMaps.Write(memory, map, ("two", 2), ("one", 1), ("token", 3)));
            Assert.Equal("""{"one":1,"token":"[redacted]","two":2}""", Of(map, at, new EachStep(Int)).Text);
            Assert.True(Of(map, memory.Of(0), new EachStep(Int)) is { IsNull: true, Reason: null });
        }
    }

    [Fact]
    public void Elements_of_elements_are_lists_of_lists()
    {
        GoType rows = ArrayOf(2, SliceOf(Int));
        ulong at = memory.Of(memory.Of(1, 2), 2, 2, 0, 0, 0);
        Assert.Equal("[[1,2],null]", Of(rows, at, new EachStep(SliceOf(Int)), new EachStep(Int)).Text);
    }

    [Fact]
    public void Parts_have_their_names_and_a_secret_one_is_not_read()
    {
        ulong at = memory.Of(NodeOf(7, "seven"));
        Rendered parts = Of(PointerTo(Node), at, new FollowStep(Node), new PartsStep(Node,
        [
            new ValuePart("number", [Field("id")], false),
            new ValuePart("n", [Field("name"), new LengthStep(Int, false)], false),
            new ValuePart("apiKey", [Field("apiKey")], true),
        ]));
        Assert.Equal("""{"number":7,"n":5,"apiKey":"[redacted]"}""", parts.Text);
        Assert.Equal("", parts.Raw ?? "");
    }

    [Theory]
    [InlineData(false, """{"0":{"n":{"__unreadable":"dynamic type is string"}},"1":{"s":"MARK"}}""")]
    [InlineData(true, null)]
    public void A_part_of_another_type_is_nothing_and_no_fault_of_an_optional_column(bool isOptional, string? raw)
    {
        RenderingRules rules = Rendered.Rules((0x100, Int), (0x200, GoString));
        ulong text = memory.New(16);
        memory.Text(text, "text");
        ulong at = memory.Of(memory.Of(0x200, text, 0x100, memory.Of(5)), 2, 2);
        PartsStep parts = new(Any,
        [
            new ValuePart("n", [new AssertionStep(Int)], false),
            new ValuePart("s", [new AssertionStep(GoString)], false),
        ]);
        Rendered of = Rendered.Of(
            memory, Document, Rendered.At(at, SliceOf(Any), new EachStep(Any), parts), rules: rules,
            isOptional: isOptional);
        Assert.Equal("""[{"n":null,"s":"text"},{"n":5,"s":null}]""", of.Text);
        Assert.Equal(
            raw?.Replace("\"MARK\"", "{\"__unreadable\":\"dynamic type is int\"}", StringComparison.Ordinal) ?? "",
            of.Raw ?? "");
    }

    [Fact]
    public void What_a_limit_leaves_out_is_marked_and_the_path_costs_no_depth()
    {
        ulong at = memory.Of(memory.Of(NodeOf(1, "one"), NodeOf(2, "two"), NodeOf(3, "three")), 3, 3);
        ValueLimits limits = Rendered.Limits with { SliceBytes = 16, PointerDepth = 0 };
        Rendered ids = Rendered.Of(
            memory, Document, Rendered.At(
                at, SliceOf(PointerTo(Node)), new EachStep(PointerTo(Node)), new FollowStep(Node), Field("id")),
            limits: limits);
        Assert.Equal("[1,2]", ids.Text);
        Assert.Equal("""{"__truncated":"slice: 2 of 3 elements"}""", ids.Raw);
    }

    [Fact]
    public void What_is_nil_before_the_elements_says_so()
    {
        GoType holder = Struct("main.holder", ("nodes", SliceOf(Int)));
        Rendered none = Of(
            PointerTo(holder), memory.Of(0), new FollowStep(holder), new FieldStep(holder.Fields[0]),
            new EachStep(Int));
        Assert.Equal((true, "nil pointer on the path at x"), (none.IsNull, none.Reason));
    }

    private static GoType Document { get; } = Basic("document", GoKind.Interface, 0);

    private static FieldStep Field(string name) => new(Node.Fields.Single(field => field.Name == name));

    private ulong NodeOf(ulong id, string name)
    {
        ulong at = memory.New(40);
        memory.Words(at, id).Text(at + 8, name);
        return at;
    }

    private Rendered Of(GoType type, ulong at, params PathStep[] path) =>
        Rendered.Of(memory, Document, Rendered.At(at, type, path));
}
