using SideEye.Target;

namespace SideEye.Dwarf.Tests;

public sealed class HandMadeLists
{
    [Fact]
    public void Ranges_of_version_5_are_read_by_every_kind_of_entry()
    {
        ByteWriter list = new();
        list.U8(4, 0x10, 0x20); // offset_pair on low_pc
        list.U8(1, 1); // base_addressx
        list.U8(4, 0x10, 0x20);
        list.U8(2, 0, 1); // startx_endx
        list.U8(3, 0, 8); // startx_length
        list.U8(5).U64(0x9000); // base_address
        list.U8(4, 0, 1);
        list.U8(6).U64(0xa000).U64(0xa001); // start_end
        list.U8(7).U64(0xb000).U8(2); // start_length
        list.U8(4, 5, 5); // empty: left out
        list.U8(0);
        DwarfFile dwarf = Lists(5, ".debug_rnglists", list.ToArray());
        Assert.Equal(
            ["410-420", "2010-2020", "1000-2000", "1000-1008", "9000-9001", "a000-a001", "b000-b002"], Ranges(dwarf));
    }

    [Fact]
    public void Ranges_of_version_4_are_pairs_with_base_selection()
    {
        ByteWriter list = new ByteWriter().U64(0x10).U64(0x20).U64(ulong.MaxValue).U64(0x5000).U64(1).U64(2)
            .U64(0).U64(0);
        Assert.Equal(["410-420", "5001-5002"], Ranges(Lists(4, ".debug_ranges", list.ToArray())));
    }

    [Theory]
    [InlineData(5, new byte[] { 9 })]
    [InlineData(5, new byte[] { 4, 1 })]
    [InlineData(5, new byte[] { 1, 7 })]
    [InlineData(4, new byte[] { 1, 2, 3 })]
    public void Broken_range_lists_are_errors(int version, byte[] list)
    {
        DwarfFile dwarf = Lists(version, version == 5 ? ".debug_rnglists" : ".debug_ranges", list);
        Assert.ThrowsAny<MalformedFileException>(() => Ranges(dwarf));
    }

    [Fact]
    public void Lists_stop_at_their_limits()
    {
        byte[] list = [4, 1, 2, 4, 1, 2, 0];
        Assert.Equal(2, Ranges(Lists(5, ".debug_rnglists", list, new DwarfLimits { RangesMax = 3 })).Count);
        Assert.Throws<BadDwarfException>(
            () => Ranges(Lists(5, ".debug_rnglists", list, new DwarfLimits { RangesMax = 2 })));
        byte[] locations = [4, 1, 2, 0, 4, 1, 2, 0, 0];
        Assert.Equal(2, Locations(Lists(5, ".debug_loclists", locations, new DwarfLimits { LocationsMax = 3 })).Count);
        Assert.Throws<BadDwarfException>(
            () => Locations(Lists(5, ".debug_loclists", locations, new DwarfLimits { LocationsMax = 2 })));
    }

    [Fact]
    public void A_list_beyond_its_section_is_an_error()
    {
        DwarfFile dwarf = Lists(5, ".debug_rnglists", []);
        Assert.Equal(".debug_rnglists", Assert.Throws<BadDwarfException>(() => Ranges(dwarf)).Section);
    }

    [Fact]
    public void Locations_of_version_5_are_read_by_every_kind_of_entry()
    {
        ByteWriter list = new();
        list.U8(4, 0x10, 0x20, 1, 0x50);
        list.U8(1, 1);
        list.U8(9, 1, 2); // view pair
        list.U8(4, 0x10, 0x20, 2, 0x91, 0);
        list.U8(2, 0, 1, 0);
        list.U8(3, 0, 8, 1, 0x51);
        list.U8(6).U64(0x9000);
        list.U8(4, 7, 7, 1, 0x52); // empty range: kept, as compilers write it
        list.U8(7).U64(0xa000).U64(0xa001).U8(1, 0x53);
        list.U8(8).U64(0xb000).U8(2, 1, 0x54);
        list.U8(5, 1, 0x55);
        list.U8(0);
        Assert.Equal(
            [
                "410-420 50", "2010-2020 9100", "1000-2000 ", "1000-1008 51", "9007-9007 52", "a000-a001 53",
                "b000-b002 54", "default 55",
            ],
            Locations(Lists(5, ".debug_loclists", list.ToArray())));
    }

    [Fact]
    public void Locations_of_version_4_are_pairs_with_counted_expressions()
    {
        ByteWriter list = new ByteWriter().U64(1).U64(2).U16(1).U8(0x50).U64(ulong.MaxValue).U64(0x5000)
            .U64(1).U64(2).U16(0).U64(0).U64(0);
        Assert.Equal(["401-402 50", "5001-5002 "], Locations(Lists(4, ".debug_loc", list.ToArray())));
    }

    [Theory]
    [InlineData(5, new byte[] { 0x20 })]
    [InlineData(5, new byte[] { 4, 1, 2, 9, 1 })]
    public void Broken_location_lists_are_errors(int version, byte[] list)
    {
        DwarfFile dwarf = Lists(version, ".debug_loclists", list);
        Assert.ThrowsAny<MalformedFileException>(() => Locations(dwarf));
    }

    [Fact]
    public void Lists_by_index_go_through_the_offset_table()
    {
        byte[] lists = new ByteWriter().U64(0).U32(8).U32(4).U8(4, 1, 2, 0).ToArray();
        DwarfFile dwarf = new DwarfBuilder()
            .Abbreviation(
                DwarfTag.CompileUnit, false, (DwarfAttribute.Ranges, 0x23), (DwarfAttribute.RangeListsBase, 0x17))
            .Unit(5, unit => unit.U8(1).U8(0).U32(8))
            .Section(".debug_rnglists", lists).Build();
        Assert.Equal(["1-2"], Ranges(dwarf));
        DwarfFile baseless = new DwarfBuilder()
            .Abbreviation(DwarfTag.CompileUnit, false, (DwarfAttribute.Ranges, 0x23))
            .Unit(5, unit => unit.U8(1).U8(0)).Section(".debug_rnglists", lists).Build();
        Assert.Throws<BadDwarfException>(() => Ranges(baseless));
    }

    private static DwarfFile Lists(int version, string section, byte[] list, DwarfLimits? limits = null) =>
        new DwarfBuilder()
            .Abbreviation(
                DwarfTag.CompileUnit, false, (DwarfAttribute.LowPc, 0x01), (DwarfAttribute.Ranges, 0x17),
                (DwarfAttribute.AddressBase, 0x17))
            .Unit(version, unit => unit.U8(1).U64(0x400).U32(0).U32(8))
            .Section(section, list)
            .Section(".debug_addr", new ByteWriter().U64(0).U64(0x1000).U64(0x2000).ToArray())
            .Build(limits);

    private static List<string> Ranges(DwarfFile dwarf)
    {
        List<string> ranges = [];
        foreach (AddressRange range in DwarfFile.ReadRanges(dwarf.Units[0], dwarf.Units[0].Ranges!.Value))
            ranges.Add($"{range.Low:x}-{range.High:x}");
        return ranges;
    }

    private static List<string> Locations(DwarfFile dwarf)
    {
        List<string> entries = [];
        foreach (LocationEntry entry in DwarfFile.ReadLocations(dwarf.Units[0], dwarf.Units[0].Ranges!.Value))
        {
            string range = entry.IsDefault ? "default" : $"{entry.Range.Low:x}-{entry.Range.High:x}";
            entries.Add($"{range} {Convert.ToHexStringLower(entry.Expression)}");
        }

        return entries;
    }
}
