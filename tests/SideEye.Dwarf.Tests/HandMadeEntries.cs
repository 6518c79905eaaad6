using System.Text;
using SideEye.Target;

namespace SideEye.Dwarf.Tests;

public sealed class HandMadeEntries
{
    [Theory]
    [InlineData(4, false)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    public void Every_form_is_read_with_its_class_and_skipped_by_its_size(int version, bool is64)
    {
        (int Form, byte[] Bytes, string Value)[] forms = Forms(is64);
        DwarfBuilder builder = new DwarfBuilder().Abbreviation(
            DwarfTag.CompileUnit, true, (DwarfAttribute.StringOffsetsBase, 0x17), (DwarfAttribute.AddressBase, 0x17));
        foreach ((int form, _, _) in forms)
        {
            builder.Abbreviation(
                DwarfTag.Variable, false, (DwarfAttribute.Name, form), (DwarfAttribute.ByteSize, 0x0b));
        }

        builder.Unit(version, unit =>
        {
            unit.U8(1);
            Offset(unit, 8, is64);
            Offset(unit, 8, is64);
            for (int i = 0; i < forms.Length; i++)
                unit.Uleb((ulong)i + 2).U8(forms[i].Bytes).U8((byte)i);
            unit.U8(0);
        }, is64);
        builder.Section(".debug_str", new ByteWriter().Text("zero").Text("five").ToArray());
        builder.Section(".debug_line_str", new ByteWriter().Text("line").ToArray());
        builder.Section(".debug_str_offsets", Offset(Offset(new ByteWriter().U64(0), 0, is64), 5, is64).ToArray());
        builder.Section(".debug_addr", new ByteWriter().U64(0).U64(0x1000).U64(0x2000).ToArray());
        DieCursor entry = builder.Build().Units[0].Entries();
        Assert.True(entry.MoveNext());
        for (int i = 0; i < forms.Length; i++)
        {
            Assert.True(entry.MoveNext());
            Assert.True(entry.TryGet(DwarfAttribute.Name, out AttributeValue value));
            Assert.Equal($"0x{forms[i].Form:x} {forms[i].Value}", $"0x{forms[i].Form:x} {Show(value)}");
            Assert.True(entry.TryGet(DwarfAttribute.ByteSize, out AttributeValue number));
            Assert.Equal((ulong)i, number.AsUnsigned());
        }

        Assert.False(entry.MoveNext());
    }

    [Fact]
    public void A_value_of_another_class_is_refused_with_its_place()
    {
        DwarfFile dwarf = new DwarfBuilder()
            .Abbreviation(DwarfTag.CompileUnit, false, (DwarfAttribute.ByteSize, 0x0d))
            .Unit(4, unit => unit.U8(1).Sleb(-1)).Build();
        DieCursor entry = dwarf.Units[0].Entries();
        entry.MoveNext();
        entry.TryGet(DwarfAttribute.ByteSize, out AttributeValue value);
        Assert.Equal(-1, value.AsSigned());
        Assert.Equal(".debug_info+0xc: value of form 0xd is not a number without sign",
            Assert.Throws<BadDwarfException>(() => value.AsUnsigned()).Message);
        Assert.Throws<BadDwarfException>(() => value.AsAddress());
        Assert.Throws<BadDwarfException>(() => value.AsText());
        Assert.Throws<BadDwarfException>(() => value.AsFlag());
        Assert.Throws<BadDwarfException>(() => value.AsReference());
        Assert.Throws<BadDwarfException>(() => value.AsSectionOffset());
        Assert.Throws<BadDwarfException>(() => value.AsBlock().Length);
    }

    [Fact]
    public void Siblings_are_reached_over_children_with_and_without_the_attribute()
    {
        DwarfFile dwarf = new DwarfBuilder()
            .Abbreviation(DwarfTag.CompileUnit, true)
            .Abbreviation(DwarfTag.Subprogram, true)
            .Abbreviation(DwarfTag.Subprogram, true, (DwarfAttribute.Sibling, 0x13))
            .Abbreviation(DwarfTag.Variable, false)
            .Unit(4, unit => unit
                .U8(1)
                .U8(2).U8(2).U8(4).U8(0).U8(4).U8(0)
                .U8(3).U32(0x18).U8(4)
                .U8(4)
                .U8(0))
            .Build();
        DieCursor entry = dwarf.Units[0].Entries();
        Assert.True(entry.MoveNext());
        Assert.True(entry.MoveNext());
        List<(DwarfTag, ulong, int)> met = [];
        do
            met.Add((entry.Tag, entry.Offset.Value, entry.Depth));
        while (entry.MoveToSibling());
        Assert.Equal(
            [(DwarfTag.Subprogram, 0xc, 1), (DwarfTag.Subprogram, 0x12, 1), (DwarfTag.Variable, 0x18, 1)], met);
    }

    [Theory]
    [InlineData(0x00u)]
    [InlineData(0x0cu)]
    [InlineData(0x1000u)]
    public void A_sibling_that_does_not_lead_ahead_is_refused(uint sibling)
    {
        DwarfFile dwarf = new DwarfBuilder()
            .Abbreviation(DwarfTag.CompileUnit, true)
            .Abbreviation(DwarfTag.Subprogram, true, (DwarfAttribute.Sibling, 0x13))
            .Unit(4, unit => unit.U8(1).U8(2).U32(sibling).U8(0).U8(0))
            .Build();
        Assert.Throws<BadDwarfException>(() =>
        {
            DieCursor entry = dwarf.Units[0].Entries();
            entry.MoveNext();
            entry.MoveNext();
            entry.MoveToSibling();
        });
    }

    [Fact]
    public void Nesting_stops_at_its_limit()
    {
        DwarfBuilder builder = new DwarfBuilder()
            .Abbreviation(DwarfTag.LexicalBlock, true)
            .Unit(4, unit => unit.U8(1, 1, 1, 1));
        Assert.Equal(4, Count(builder.Build(new DwarfLimits { NestingDepthMax = 4 })));
        Assert.Throws<BadDwarfException>(() => Count(builder.Build(new DwarfLimits { NestingDepthMax = 3 })));
    }

    [Fact]
    public void Units_and_abbreviations_stop_at_their_limits()
    {
        DwarfBuilder builder = new DwarfBuilder()
            .Abbreviation(DwarfTag.CompileUnit, false, (DwarfAttribute.ByteSize, 0x0b), (DwarfAttribute.Language, 0x0b))
            .Unit(4, unit => unit.U8(1, 1, 22)).Unit(4, unit => unit.U8(1, 1, 22));
        DwarfFile dwarf = builder.Build(new DwarfLimits { UnitsMax = 2, AbbreviationsMax = 1, AttributesMax = 2 });
        Assert.Equal([22, 22], dwarf.Units.Select(u => u.Language));
        Assert.Throws<BadDwarfException>(() => builder.Build(new DwarfLimits { UnitsMax = 1 }).Units);
        Assert.Throws<BadDwarfException>(() => builder.Build(new DwarfLimits { AbbreviationsMax = 0 }).Units);
        Assert.Throws<BadDwarfException>(() => builder.Build(new DwarfLimits { AttributesMax = 1 }).Units);
        Assert.Throws<BadDwarfException>(() => builder.Build(new DwarfLimits { AttributesTotalMax = -1 }).Units);
    }

    [Theory]
    [InlineData(0, 0xf5, "unit of")] // length
    [InlineData(4, 9, "DWARF version 9")]
    [InlineData(6, 0x70, "offset lies beyond")] // abbreviation table
    [InlineData(10, 4, "address size 4")]
    [InlineData(11, 7, "abbreviation 7 is not in")]
    public void A_unit_header_is_refused_for_one_wrong_byte(int offset, byte value, string problem)
    {
        byte[] information = [.. new ByteWriter().U32(9).U16(4).U32(0).U8(8).U8(1).U8(0).ToArray()];
        information[offset] = value;
        byte[] file = new ElfBuilder().Section(".debug_info", information)
            .Section(".debug_abbrev", [1, 0x11, 0, 0, 0, 0]).Build();
        DwarfFile dwarf = DwarfFile.Open(SideEye.Elf.ElfFile.Open(file));
        Assert.Contains(problem, Assert.ThrowsAny<MalformedFileException>(() => dwarf.Units).Message);
    }

    [Fact]
    public void Unknown_forms_and_indirect_ones_in_a_circle_are_refused()
    {
        foreach ((int form, byte[] bytes) in new[] { (0x7f, new byte[4]), (0x16, [0x16, 0x16]), (0x16, [0x21]) })
        {
            DwarfBuilder builder = new DwarfBuilder()
                .Abbreviation(DwarfTag.CompileUnit, false, (DwarfAttribute.ByteSize, form))
                .Unit(4, unit => unit.U8(1).U8(bytes));
            Assert.Throws<BadDwarfException>(() => builder.Build().Units);
        }
    }

    [Fact]
    public void A_file_without_debug_information_has_no_units()
    {
        DwarfFile dwarf = DwarfFile.Open(SideEye.Elf.ElfFile.Open(new ElfBuilder().Section(".text", [1]).Build()));
        Assert.False(dwarf.HasDebugInfo);
        Assert.Empty(dwarf.Units);
        Assert.Null(dwarf.FindUnit("runtime"));
        Assert.Null(dwarf.FindStruct("runtime.g"));
        Assert.Null(dwarf.FindVariable("runtime.allgs"));
    }

    [Fact]
    public void Every_truncation_of_the_entries_ends_in_an_error_or_the_end()
    {
        byte[] entries = new ByteWriter().U8(1).Text("unit").U8(2).Text("x").U8(3, 1, 2, 3).U8(0).ToArray();
        for (int length = 1; length < entries.Length; length++)
        {
            DwarfBuilder builder = new DwarfBuilder()
                .Abbreviation(DwarfTag.CompileUnit, true, (DwarfAttribute.Name, 0x08))
                .Abbreviation(DwarfTag.Variable, false, (DwarfAttribute.Name, 0x08), (DwarfAttribute.Location, 0x0a))
                .Unit(4, unit => unit.U8(entries[..length]));
            try
            {
                Count(builder.Build());
            }
            catch (MalformedFileException e)
            {
                Assert.Equal(".debug_info", e.Section);
            }
        }
    }

    private static int Count(DwarfFile dwarf)
    {
        int count = 0;
        DieCursor entry = dwarf.Units[0].Entries();
        while (entry.MoveNext())
            count++;
        return count;
    }

    private static ByteWriter Offset(ByteWriter writer, ulong offset, bool is64) =>
        is64 ? writer.U64(offset) : writer.U32((uint)offset);

    private static string Show(AttributeValue value) => value.Class switch
    {
        AttributeClass.Address => $"address {value.AsAddress():x}",
        AttributeClass.Block or AttributeClass.Expression => $"block {Convert.ToHexStringLower(value.AsBlock())}",
        AttributeClass.Constant => $"constant {value.AsSigned()}",
        AttributeClass.Flag => $"flag {value.AsFlag()}",
        AttributeClass.Reference => $"reference {value.AsReference().Value:x}",
        AttributeClass.SectionOffset => $"offset {value.AsSectionOffset():x}",
        AttributeClass.Text => $"text {value.AsText()}",
        _ => value.Class.ToString(),
    };

    private static (int Form, byte[] Bytes, string Value)[] Forms(bool is64)
    {
        byte[] five = Offset(new ByteWriter(), 5, is64).ToArray();
        byte[] zero = Offset(new ByteWriter(), 0, is64).ToArray();
        string unit5 = "reference 5";
        return
        [
            (0x01, new ByteWriter().U64(0x401000).ToArray(), "address 401000"),
            (0x03, [2, 0, 7, 8], "block 0708"),
            (0x04, [2, 0, 0, 0, 7, 8], "block 0708"),
            (0x05, [0xfe, 0xff], "constant -2"),
            (0x06, [1, 0, 0, 0], "constant 1"),
            (0x07, [1, 0, 0, 0, 0, 0, 0, 0], "constant 1"),
            (0x08, Encoding.ASCII.GetBytes("inline\0"), "text inline"),
            (0x09, [2, 7, 8], "block 0708"),
            (0x0a, [2, 7, 8], "block 0708"),
            (0x0b, [0xff], "constant -1"),
            (0x0c, [1], "flag True"),
            (0x0d, [0x7f], "constant -1"),
            (0x0e, five, "text five"),
            (0x0f, [0x80, 1], "constant 128"),
            (0x10, five, "reference 5"),
            (0x11, [5], unit5),
            (0x12, [5, 0], unit5),
            (0x13, [5, 0, 0, 0], unit5),
            (0x14, [5, 0, 0, 0, 0, 0, 0, 0], unit5),
            (0x15, [5], unit5),
            (0x16, [0x0b, 3], "constant 3"),
            (0x17, five, "offset 5"),
            (0x18, [2, 7, 8], "block 0708"),
            (0x19, [], "flag True"),
            (0x1a, [1], "text five"),
            (0x1b, [1], "address 2000"),
            (0x1c, [1, 0, 0, 0], "Unreadable"),
            (0x1d, zero, "Unreadable"),
            (0x1e, new byte[16], $"block {new string('0', 32)}"),
            (0x1f, zero, "text line"),
            (0x20, new byte[8], "Unreadable"),
            (0x21, [], "constant -5"),
            (0x22, [1], "ListIndex"),
            (0x23, [1], "ListIndex"),
            (0x24, new byte[8], "Unreadable"),
            (0x25, [1], "text five"),
            (0x26, [1, 0], "text five"),
            (0x27, [1, 0, 0], "text five"),
            (0x28, [1, 0, 0, 0], "text five"),
            (0x29, [1], "address 2000"),
            (0x2a, [1, 0], "address 2000"),
            (0x2b, [0, 0, 0], "address 1000"),
            (0x2c, [0, 0, 0, 0], "address 1000"),
            (0x1f01, [1], "address 2000"),
            (0x1f02, [0], "text zero"),
            (0x1f20, zero, "Unreadable"),
            (0x1f21, zero, "Unreadable"),
        ];
    }
}
