using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Lowering;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;
using SideEye.Target.Native;

namespace SideEye.Probes.Tests;

/// <summary>What of a value the capture program has the probe copy, and what it leaves where it is.</summary>
public sealed class What_a_program_copies
{
    private static readonly GoFixture Values = new("values", Toolchains.Newest, "noopt");
    private static readonly GoType Byte = new("uint8", GoKind.Uint8, 1, static () => new GoTypeParts());

    [Fact]
    public async Task Secret_fields_are_between_the_pieces_and_secret_variables_nowhere()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, "main.secrets", "byPointer", "password");
        string text = program.Text();
        // User, nested.public, Headers: Password, APIKey, refreshToken, nested.ClientSecret and tokens are left out.
        Assert.Contains("\nmain.account: 112 bytes, of them 0..16, 80..104\n"
            + "  0: [8] elements, at most 1024 -> byte\n  80: [88] elements, at most 1024 -> byte\n"
            + "  96: pointer -> map[string][]string (map)\n\n", text);
        Assert.Equal([false, true], program.Capture.Bound.Plan.Tables[0].Columns.Select(static each => each.IsSecret));
    }

    [Fact]
    public async Task A_spec_decides_which_names_are_secret()
    {
        const string spec = """
            version: 1
            redact: { names: [harmless, note], allow: [Password] }
            functions:
              - { function: main.secrets, capture: [byPointer, harmless, user.Password] }
              - { function: main.structs, capture: [whole] }
            """;
        CompiledProgram program = await CompiledProgram.OfAsync(Values, spec);
        Assert.Contains("main.account: 112 bytes, of them 0..32, 80..104\n", program.Text());
        ImmutableArray<CapturedColumn> columns = program.Capture.Bound.Plan.Tables[0].Columns;
        Assert.Equal([false, true, false], columns.Select(static each => each.IsSecret));
        Assert.Contains("main.byPointer: 16 bytes, none of them\n", program.Text());
    }

    [Fact]
    public async Task Of_parts_that_are_all_secrets_no_byte_is_copied()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, """
            version: 1
            types: [{ type: "*main.account", capture: [Password] }]
            functions:
              - { function: main.secrets, capture: ["byPointer.{APIKey, nested.ClientSecret}"] }
              - { function: main.interfacesInside, capture: [many] }
            """);
        Assert.Empty(program.Problems);
        string text = program.Text(withTypes: true);
        Assert.Contains("\nmain.account.{.APIKey, .nested.ClientSecret}: 112 bytes, none of them\n", text);
        Assert.Contains("\nmain.account.{.Password}: 112 bytes, none of them\n", text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Of_a_value_that_is_a_secret_and_nothing_else_no_byte_is_copied(int length)
    {
        GoType key = new("[32]uint8", GoKind.Array, 32, static () => new GoTypeParts(Byte)) { Length = 32 };
        GoType holder = new("main.holder", GoKind.Struct, 32, () => new GoTypeParts
        {
            Fields = [new GoField("apiKey", key, 0, IsEmbedded: false)],
        });
        GoType all = new("[]", GoKind.Array, 32 * length, () => new GoTypeParts(holder)) { Length = length };
        RoutineWriter writer = Writer();
        uint number = writer.Whole(all, ValueLimits.Of(LimitsSpec.Default));
        writer.Finish();
        NativeCapturePiece piece = Assert.Single(writer.Routines[(int)number].Pieces);
        // Outside of the value: both readers leave it out, and so does the decoder.
        Assert.True(piece.Offset > all.Size && piece.Bytes == 0);
    }

    [Fact]
    public void A_type_that_claims_to_hold_itself_ends()
    {
        GoType? self = null;
        self = new GoType("main.self", GoKind.Struct, 16, () => new GoTypeParts
        {
            Fields = [new GoField("token", Byte, 8, IsEmbedded: false), new GoField("self", self!, 0, false)],
        });
        GoType array = new("[9]main.self", GoKind.Array, 144, () => new GoTypeParts(self)) { Length = 9 };
        RoutineWriter writer = Writer();
        writer.Whole(array, ValueLimits.Of(LimitsSpec.Default));
        writer.Finish();
        Assert.NotEmpty(writer.Routines);
    }

    [Fact]
    public async Task A_path_copies_what_its_next_step_needs()
    {
        CompiledProgram program =
            await CompiledProgram.OfAsync(Values, "main.structsByPointer", "whole.tail.nested.text", "whole.note");
        string text = program.Text();
        Assert.Contains(".tail.nested.text: 112 bytes, of them 96..112\n  96: [104] elements", text);
        Assert.Contains(
            "main.outer.byPointer->.note: 112 bytes, of them 24..32\n  24: pointer -> main.byPointer.note, free", text);
    }

    [Fact]
    public async Task Limits_of_the_expression_go_before_those_of_the_function_and_the_file()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, """
            version: 1
            limits: { string_bytes: 100, slice_bytes: 64, depth: 2, frame_bytes: 1234, snapshot_bytes: 56789 }
            functions:
              - function: main.pointers
                limits: { string_bytes: 200 }
                capture: [{ expr: text, string_bytes: 300, depth: 0, as: a }, { expr: text, as: b }, toSlice]
            """);
        string text = program.Text();
        Assert.StartsWith("limits: 1234 bytes a frame, 56789 a snapshot\n", text, StringComparison.Ordinal);
        Assert.Contains("string: 16 bytes\n  0: [8] elements, at most 300 -> byte\n", text);
        Assert.Contains("string #2: 16 bytes\n  0: [8] elements, at most 200 -> byte\n", text);
        Assert.Contains("[]string: 24 bytes\n  0: [8] elements, at most 4 -> string #2\n", text);
        NativeCaptureOp[] ops = [.. program.Program.Ops(program.Program.Ranges[^1].Routine)];
        Assert.Equal([0u, 2u, 2u], ops.Select(static op => op.Depth));
    }

    [Fact]
    public async Task A_function_may_have_more_or_less_for_a_frame_than_the_file_says()
    {
        CompiledProgram program = await CompiledProgram.OfAsync(Values, """
            version: 1
            limits: { frame_bytes: 5000 }
            functions:
              - { function: main.pointers, limits: { frame_bytes: 16777216 }, capture: [toSlice] }
              - { function: main.texts, capture: [plain] }
              - { function: main.slices, limits: { frame_bytes: 7 }, capture: [none] }
            """);
        string text = program.Text();
        Assert.Contains("\nframe of main.pointers: at most 16777216 bytes\n", text);
        Assert.Contains("\nframe of main.slices: at most 7 bytes\n", text);
        Assert.Contains("\nframe of main.texts\n", text);
        CaptureBounds bounds = CaptureBounds.Of(program.Capture.Bound, program.Binary);
        string[] functions = [.. program.Capture.Bound.Plan.Tables.Select(static table => table.Function)];
        Assert.InRange(bounds.Column(Array.IndexOf(functions, "main.pointers"), 0), 5001, 1 << 24);
        Assert.Equal(7, bounds.Column(Array.IndexOf(functions, "main.slices"), 0));
    }

    [Theory]
    [InlineData("1.19", false)]
    [InlineData("1.23", false)]
    [InlineData("1.24", true)]
    [InlineData("1.27", true)]
    public async Task Maps_are_followed_as_their_version_lays_them_out(string version, bool isSwiss)
    {
        GoFixture values = new("values", version, "noopt");
        string text = (await CompiledProgram.OfAsync(values, "main.mapsOfMore", "toBulky", "toPointer")).Text();
        Assert.Equal(isSwiss, text.Contains("map[string]*main.point (map's table)", StringComparison.Ordinal));
        Assert.Equal(!isSwiss, text.Contains(": 1 << [9] elements, at most 32", StringComparison.Ordinal));
        // Elements over 128 bytes lie behind pointers, and cost no depth.
        Assert.Contains("pointer -> main.bulky, free", text);
        Assert.Contains("pointer -> main.point\n", text);
    }

    [Theory]
    [InlineData("1.19")]
    [InlineData("1.27")]
    public async Task Of_channels_buffer_and_waiting_goroutines_are_followed(string version)
    {
        GoFixture values = new("values", version, "noopt");
        string text = (await CompiledProgram.OfAsync(values, "main.channelsWaitedOn", "sent", "len(awaited)")).Text();
        Assert.Contains("elements, at most 256 -> string, free", text);
        Assert.Contains("pointer -> chan string (channel's waiter), free", text);
        // Of a goroutine its id alone; for the length the channel alone.
        Assert.Matches(@"goid: \d+ bytes, of them 152\.\.160", text);
        Assert.Matches(@"chan main\.point\.len \(channel\): \d+ bytes\n(\n|$)", text);
    }

    [Fact]
    public async Task Tables_are_in_order_and_refer_to_what_there_is()
    {
        CompiledProgram compiled = await CompiledProgram.OfAsync(Values, """
            version: 1
            functions:
              - { function: main.interfacesInside, capture: [many, nested, byPointer.(*main.circle).centre] }
              - { function: main.inlinedInner, capture: [left, gMap] }
              - { function: main.contexts, capture: [{ expr: cancelled, optional: true }] }
            """);
        CaptureProgram program = compiled.Program;
        Assert.All(
            program.Ranges.Zip(program.Ranges.Skip(1)),
            static pair => Assert.True(pair.First.High <= pair.Second.Low));
        Assert.All(
            program.Ranges,
            range => Assert.True(range.Low < range.High && range.Routine < program.Tables.Routines.Length));
        foreach (NativeCaptureOp op in program.Tables.Ops)
            Assert.True(op.Routine < program.Tables.Routines.Length || op.Routine == RoutineWriter.None);
        byte[] encoded = program.Encode(0x1000, out NativeCaptureProgram header);
        Assert.Equal(0u, header.Types & (header.Types - 1));
        Assert.Equal(program.TextStart + 0x1000, header.TextStart);
        int constants = encoded.Length - ((int)(header.Constants + header.Names) * 8);
        Assert.Equal(program.Tables.Constants[0] + 0x1000, MemoryMarshal.Read<ulong>(encoded.AsSpan(constants)));
    }

    private static RoutineWriter Writer() => new(RedactionRules.Default, new PointerShape(true), ProbesLimits.Default);
}
