using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Tests;

/// <summary>Every form of an expression, bound to a program that the newest Go compiled without optimisation.</summary>
public sealed class What_an_expression_is_bound_to
{
    private static readonly GoFixture Values = new("values", Toolchains.Newest, "noopt");

    [Theory]
    [InlineData("main.structs", "whole", "main.outer", "")]
    [InlineData("main.structs", "whole.tail.nested.text", "string", ".tail.nested.text")]
    [InlineData("main.structs", "whole.Depth", "int", ".inner.Depth")]
    [InlineData("main.structs", "whole.note", "string", ".byPointer->.note")]
    [InlineData("main.structsByPointer", "whole.Name", "string", "->.Name")]
    [InlineData("main.structsByPointer", "*whole", "main.outer", "->")]
    [InlineData("main.structsByPointer", "(**twice).Name", "string", "->->.Name")]
    [InlineData("main.structs", "large.j[2]", "int", ".j[2]")]
    [InlineData("main.structsByPointer", "whole.Name[1]", "uint8", "->.Name[1]")]
    [InlineData("main.pointers", "toArray[1]", "int", "->[1]")]
    [InlineData("main.pointers", "len(toArray)", "int", "->.len")]
    [InlineData("main.mapsByKey", "byInt[-1]", "string", "[-1]")]
    [InlineData("main.mapsByKey", "byBool[true]", "string", "[True]")]
    [InlineData("main.mapsBySize", """one["key-0000"]""", "int", "[\"key-0000\"]")]
    [InlineData("main.mapsBySize", "len(one)", "int", ".len")]
    [InlineData("main.channels", "cap(buffered)", "int", ".cap")]
    [InlineData("main.interfaces", "pointer.(*main.square).side", "float64", ".(*main.square)->.side")]
    [InlineData("main.interfaces", "main.gText", "string", "")]
    [InlineData("main.interfaces", "gStruct.Name", "string", ".Name")]
    [InlineData("main.secrets", "harmless", "string", "")]
    [InlineData("main.mapsByKey", "byInt[*]", "map[int]string", "[*]")]
    [InlineData("main.pointers", "toArray[*]", "[]int", "->[*]")]
    [InlineData("main.structs", "large.j[*]", "[]int", ".j[*]")]
    [InlineData("main.structs", "whole.{Depth, Name, text: tail.nested.text}",
        "struct { Depth int; Name string; text string }", ".{.inner.Depth, .Name, .tail.nested.text}")]
    [InlineData("main.structsByPointer", "whole.{n: len(Name)}", "struct { n int }", "->.{.Name.len}")]
    public async Task An_expression_has_a_type_and_a_way_to_it(
        string function, string expression, string type, string way)
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, function, expression);
        Assert.Empty(program.Problems);
        Assert.Equal((type, way), (program.TypeOf(0), WayOf(program)));
    }

    [Fact]
    public async Task A_local_goes_before_a_variable_of_the_package()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, "main.mapsChanged", "few", "gMap");
        ValueSource[] sources = [.. program.Capture.Bound.Plan.Sites[^1].Rows[0].Sources];
        Assert.Equal((null, "main.gMap"), (sources[0].Global, sources[1].Global));
    }

    [Fact]
    public async Task Variables_of_closures_are_captured_ones_of_the_outer_function()
    {
        CompiledProgram program =
            await CompiledProgram.OfAsync(Values, "main.startClosures.func2", "counter", "len(list)");
        Assert.Empty(program.Problems);
        Assert.Equal(("int", "int"), (program.TypeOf(0), program.TypeOf(1)));
    }

    [Theory]
    [InlineData("main.structs", "small[*]", "main.point has no elements for [*]: it is no array, slice or map")]
    [InlineData("main.structs", "whole.Name[*]", "string has no elements for [*]: it is no array, slice or map")]
    [InlineData("main.structs", "whole.{Nmae}", "main.outer has no field Nmae; did you mean Name")]
    [InlineData("main.structs", "whole.{x: \"a/b\".c}", 
        "a path within main.outer begins with a field, not with a package")]
    [InlineData("main.interfaces", "numbr", "main.interfaces has no variable numbr; did you mean number?")]
    [InlineData("main.structs", "whole.Nmae", "main.outer has no field Nmae; did you mean Name")]
    [InlineData("main.structs", "small.x.y", "int has no fields: it is no struct")]
    [InlineData("main.structs", "*small", "main.point is no pointer: it cannot be followed")]
    [InlineData("main.structs", "len(small)", "main.point has no length")]
    [InlineData("main.structs", "small[1]", "main.point cannot be indexed by a number")]
    [InlineData("main.structs", "small[\"a\"]", "main.point is no map")]
    [InlineData("main.mapsByKey", "byInt[\"a\"]", "the keys of map[int]string are of type int")]
    [InlineData("main.mapsByKey", "cap(byInt)", "map[int]string has no capacity")]
    [InlineData("main.pointers", "toArray[2]", "index 2 is outside of [2]int")]
    [InlineData("main.structs", "small.(main.point)", "main.point is no interface: it holds nothing but itself")]
    [InlineData("main.interfaces", "number.(main.sqare)",
        "the program has no type main.sqare; did you mean main.square")]
    [InlineData("main.interfaces", "number.(main.shape)",
        "main.shape is an interface: an interface never holds another")]
    [InlineData("main.interfacesInside", "byValue.side",
        "main.shape is an interface: say which type it holds, as in v.(*pkg.Type).side")]
    [InlineData("main.interfaces", "main.nothing.x",
        "main.interfaces has no variable main, and the program no package-level variable main.nothing")]
    [InlineData("main.interfaces", "\"net/url\".nothing",
        "the program has no package-level variable net/url.nothing")]
    [InlineData("main.structs", "whole.Detph", "main.outer has no field Detph; did you mean Depth?")]
    [InlineData("main.interfaces", "main.gTexxt", "main.interfaces has no variable main, and the program no "
        + "package-level variable main.gTexxt; did you mean main.gText")]
    [InlineData("main.interfaces", "mian.gText", "main.interfaces has no variable mian, and the program no "
        + "package-level variable mian.gText; did you mean main.gText")]
    [InlineData("main.interfaces", "gStrutc.Name", "main.interfaces has no variable gStrutc, and the program no "
        + "package-level variable gStrutc.Name; did you mean gStruct")]
    [InlineData("main.interfaces", "gTexxt", "main.interfaces has no variable gTexxt; did you mean gText, text?")]
    public async Task What_does_not_fit_says_why(string function, string expression, string problem)
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, function, expression);
        Assert.StartsWith($"{expression}: {problem}", Assert.Single(program.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_function_is_told_with_the_nearest_ones_and_the_rest_is_captured()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, """
            version: 1
            functions:
              - { function: main.strcuts, capture: [small] }
              - { function: main.structs, capture: [whole, smal] }
            """);
        Assert.Equal(2, program.Problems.Count());
        Assert.Contains(
            "the program has no function main.strcuts; did you mean main.structs", program.Problems.First());
        FunctionTable table = Assert.Single(program.Capture.Bound.Plan.Tables);
        Assert.Equal(["whole", "smal"], table.Columns.Select(static column => column.Name));
        Assert.False(program.Program.IsEmpty);
    }

    [Theory]
    [InlineData("main.(*box[int]).genericPointerMethod", "main.(*box[...]).genericPointerMethod")]
    [InlineData("main.genericPair[int,string]", "main.genericPair[...]")]
    public async Task One_instance_of_a_generic_function_is_not_captured_with_the_others(string asked, string all)
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, asked, "b");
        Assert.Equal($"{asked} is one of the instances of a generic function, which share code and are not told "
            + $"apart: name {all}, which is all of them", Assert.Single(program.Problems));
        Assert.Empty(program.Capture.Bound.Plan.Tables);
    }

    [Theory]
    [InlineData("1.26", "main.(*box[...]).genericNested.func1.func2")]
    [InlineData("1.27", "main.(*box[...]).genericNested.func1.func1")]
    public async Task Functions_are_named_as_Gos_tracebacks_print_them(string version, string function)
    {
        CompiledProgram program = await CompiledProgram.OfAsync(new GoFixture("values", version), function, "inside");
        Assert.Empty(program.Problems);
    }

    [Theory]
    [InlineData("main.(*box).genericPointerMethod", "main.(*box[...]).genericPointerMethod")]
    [InlineData("main.box.genericPointerMethod", "main.(*box[...]).genericPointerMethod")]
    [InlineData("main.guest.byPointer", "main.(*guest).byPointer")]
    [InlineData("main.(*guest).byValue", "main.guest.byValue")]
    [InlineData("(*guest).byPointer", "main.(*guest).byPointer")]
    public async Task A_method_is_told_how_its_receiver_is_written(string asked, string written)
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, asked, "b");
        Assert.Equal(
            $"the program has no function {asked}; did you mean {written}?", Assert.Single(program.Problems));
    }

    [Fact]
    public async Task A_misspelt_key_of_contexts_is_told_unless_it_is_optional()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, """
            version: 1
            context:
              - { key: main.contextKye, as: a }
              - { key: main.nobodysKey, as: b, optional: true }
              - { key: main.requestIDKey, as: c }
              - { key: main.depthKey, as: d }
              - { key: string, as: e }
            functions: [{ function: main.contexts, capture: [valued] }]
            """);
        Assert.StartsWith(
            "the program has no type and no package-level variable main.contextKye; did you mean main.contextKey",
            Assert.Single(program.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_optional_may_be_missing_and_the_first_alternative_that_fits_is_taken()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, """
            version: 1
            functions:
              - { function: main.nowhere, optional: true, capture: [a] }
              - function: [main.neither, main.structs]
                table: t
                capture:
                  - { expr: missing, optional: true }
                  - { expr: [missing.x, small.x], as: x }
            """);
        Assert.Empty(program.Problems);
        FunctionTable table = Assert.Single(program.Capture.Bound.Plan.Tables);
        Assert.Equal(("main.structs", "small.x"), (table.Function, table.Columns[1].Expression));
        Assert.Equal(GoKind.Int, table.Columns[1].Type.Kind);
    }

    [Fact]
    public async Task A_name_that_stands_for_several_types_is_captured_as_each()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, "main.genericFunction", "list", "name");
        Assert.Empty(program.Problems);
        Assert.Equal(("several types", "string"), (program.TypeOf(0), program.TypeOf(1)));
    }

    private static string WayOf(CompiledProgram program) => WayOf(program.PathOf(0));

    private static string WayOf(IEnumerable<PathStep> path) => string.Concat(path.Select(static step => step switch
    {
        FieldStep field => $".{field.Field.Name}",
        FollowStep => "->",
        IndexStep index => $"[{index.Index}]",
        KeyStep { Key: string key } => $"[\"{key}\"]",
        KeyStep key => $"[{key.Key}]",
        LengthStep length => length.IsCapacity ? ".cap" : ".len",
        AssertionStep assertion => $".({assertion.Dynamic.Name})",
        EachStep => "[*]",
        PartsStep parts => $".{{{string.Join(", ", parts.Parts.Select(static part => WayOf(part.Steps)))}}}",
        _ => "?",
    }));
}
