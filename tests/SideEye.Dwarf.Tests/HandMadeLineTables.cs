using SideEye.Target;

namespace SideEye.Dwarf.Tests;

public sealed class HandMadeLineTables
{
    private static readonly byte[] StandardLengths = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

    [Fact]
    public void Every_opcode_moves_the_row_as_the_standard_says()
    {
        ByteWriter program = new();
        program.U8(0, 9, 2).U64(0x1000); // set_address
        program.U8(3).Sleb(9).U8(5, 4, 1); // advance_line, set_column, copy
        program.U8(2, 0x10, 6, 10, 7, 1); // advance_pc, negate_stmt, prologue_end, basic_block, copy
        program.U8(13 + 10 + 3 * 14); // special: +3 addresses, line base -3 + 10
        program.U8(8, 9, 0x00, 0x01, 4, 2, 11, 1); // const_add_pc, fixed_advance_pc, set_file, epilogue_begin, copy
        program.U8(12, 0x81, 0x01); // set_isa: stepped over
        program.U8(0, 2, 4, 7); // set_discriminator: stepped over
        program.U8(0, 1, 1); // end_sequence
        program.U8(1);
        LineProgram lines = Program(4, program.ToArray());
        List<string> rows = [];
        foreach (LineRow row in lines.Rows)
            rows.Add($"{row.Address:x} {row.File}:{row.Line}:{row.Column} {row.Flags}");
        Assert.Equal(
            [
                "1000 1:10:4 IsStatement",
                "1010 1:10:4 BasicBlock, PrologueEnd",
                "1013 1:17:4 None",
                "1124 2:17:4 EpilogueBegin",
                "1124 2:17:4 EndSequence",
                "0 1:1:0 IsStatement",
            ],
            rows);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Old_file_tables_count_from_1(int version)
    {
        LineProgram lines = Program(version, []);
        Assert.Equal((1u, 3), (lines.FirstFile, lines.FileCount));
        Assert.Equal(
            [null, "/src/a.go", "/work/lib/b.go", "/work/c.go", null],
            Enumerable.Range(0, 5).Select(i => lines.FileName((uint)i)));
    }

    [Fact]
    public void File_tables_of_version_5_count_from_0_and_say_their_forms()
    {
        ByteWriter tables = new ByteWriter()
            .U8(1).Uleb(1).Uleb(8).U8(2).Text("/work").Text("lib")
            .U8(3).Uleb(1).Uleb(0x1f).Uleb(2).Uleb(0x0b).Uleb(5).Uleb(0x1e)
            .U8(2).U32(0).U8(1).U8(new byte[16]).U32(5).U8(0).U8(new byte[16]);
        LineProgram lines = Build(5, Header(5, tables.ToArray(), []));
        Assert.Equal(5, lines.Version);
        Assert.Equal(["/work/lib/a.go", "/work/b.go", null],
            Enumerable.Range(0, 3).Select(i => lines.FileName((uint)i)));
    }

    [Theory]
    [InlineData(4, 7, "line table version 7")]
    [InlineData(11, 4, "4 operations in one instruction")]
    [InlineData(14, 0, "line range is zero")]
    [InlineData(15, 0, "opcode base is zero")]
    public void A_header_is_refused_for_one_wrong_byte(int offset, byte value, string problem)
    {
        byte[] header = Header(4, [0, 0], []);
        header[offset] = value;
        Assert.Contains(problem, Assert.Throws<BadDwarfException>(() => Build(4, header)).Message);
    }

    [Fact]
    public void Every_truncation_of_a_program_is_an_error_or_ends()
    {
        byte[] whole = Header(4, OldTables(), [0, 9, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1]);
        for (int length = 0; length < whole.Length; length++)
        {
            MalformedFileException e = Assert.ThrowsAny<MalformedFileException>(() => Build(4, whole[..length]));
            Assert.Equal(".debug_line", e.Section);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0, 20, 1 })]
    [InlineData(new byte[] { 0, 5, 2, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 2, 0x80 })]
    public void Broken_opcodes_are_errors(byte[] program)
    {
        LineProgram lines = Program(4, program);
        Assert.ThrowsAny<MalformedFileException>(() =>
        {
            foreach (LineRow row in lines.Rows)
                _ = row;
        });
    }

    [Fact]
    public void Names_without_bytes_cannot_be_counted_without_end()
    {
        foreach (byte[] tables in new byte[][]
        {
            [0, 0xff, 0xff, 0xff, 0xff, 0x0f], // no columns, 4 billion rows
            [1, 1, 8, 0xff, 0xff, 0xff, 0xff, 0x0f], // more rows than bytes
            [1, 1, 0x19, 1], // a form without bytes
        })
        {
            Assert.Throws<BadDwarfException>(() => Build(5, Header(5, tables, [])));
        }
    }

    [Fact]
    public void Rows_and_files_stop_at_their_limits()
    {
        byte[] header = Header(4, OldTables(), [1, 1]);
        DwarfLimits limits = new() { LineRowsMax = 2, LineFilesMax = 3 };
        Assert.Equal(2, CountRows(Build(4, header, limits)));
        Assert.Throws<BadDwarfException>(() => CountRows(Build(4, header, limits with { LineRowsMax = 1 })));
        Assert.Throws<BadDwarfException>(() => Build(4, header, limits with { LineFilesMax = 2 }));
    }

    private static int CountRows(LineProgram lines)
    {
        int count = 0;
        foreach (LineRow row in lines.Rows)
            count += row.Line > 0 ? 1 : 0;
        return count;
    }

    private static LineProgram Program(int version, byte[] program) =>
        Build(version, Header(version, OldTables(), program));

    private static byte[] OldTables() => new ByteWriter()
        .Text("lib").U8(0)
        .Text("/src/a.go").U8(0, 0, 0).Text("b.go").U8(1, 0, 0).Text("c.go").U8(0, 0, 0).U8(0)
        .ToArray();

    private static byte[] Header(int version, byte[] tables, byte[] program)
    {
        ByteWriter rest = new ByteWriter().U8(1);
        if (version >= 4)
            rest.U8(1);
        rest.U8(1, unchecked((byte)-3), 14, 13).U8(StandardLengths).U8(tables);
        ByteWriter body = new ByteWriter().U16((ushort)version);
        if (version >= 5)
            body.U8(8, 0);
        body.U32((uint)rest.Length).U8(rest.ToArray()).U8(program);
        return new ByteWriter().U32((uint)body.Length).U8(body.ToArray()).ToArray();
    }

    private static LineProgram Build(int version, byte[] line, DwarfLimits? limits = null)
    {
        DwarfFile dwarf = new DwarfBuilder()
            .Abbreviation(DwarfTag.CompileUnit, false, (DwarfAttribute.StatementList, 0x17),
                (DwarfAttribute.CompilationDirectory, 0x08))
            .Unit(Math.Max(version, 4), unit => unit.U8(1).U32(0).Text("/work"))
            .Section(".debug_line", line)
            .Section(".debug_line_str", new ByteWriter().Text("a.go").Text("b.go").ToArray())
            .Build(limits);
        return dwarf.ReadLineProgram(dwarf.Units[0])!;
    }
}
