namespace SideEye.Dwarf.Tests;

public sealed class HandMadeTypes
{
    [Fact]
    public void A_structure_is_found_with_sizes_through_chains_of_types()
    {
        StructLayout layout = Types().Build().FindStruct("main.box")!;
        Assert.Equal(("main.box", 64ul), (layout.Name, layout.Size));
        Assert.Equal(
            ["number@0+8 int", "alias@8+8 word", "pointer@16+8 *int", "many@24+24 [3]int", "old@48+8 int", "@0+8 int"],
            layout.Members.Select(m => $"{m.Name}@{m.Offset}+{m.Size} {m.TypeName}"));
        Assert.Equal(24u, layout.FindMember("many")!.Value.Offset);
        Assert.Null(layout.FindMember("absent"));
    }

    [Fact]
    public void Types_that_stand_for_themselves_are_refused()
    {
        DwarfFile dwarf = Types().Build();
        Assert.Contains("stand for one another",
            Assert.Throws<BadDwarfException>(() => dwarf.FindStruct("main.endless")).Message);
    }

    [Fact]
    public void Variables_have_an_address_only_when_it_is_fixed()
    {
        DwarfFile dwarf = Types().Build();
        Assert.Equal(0x401000u, dwarf.FindVariable("main.fixed"));
        Assert.Equal(0x2000u, dwarf.FindVariable("main.indexed"));
        Assert.Null(dwarf.FindVariable("main.offset"));
        Assert.Null(dwarf.FindVariable("main.box"));
        Assert.Null(dwarf.FindVariable(""));
        Assert.NotNull(dwarf.FindUnit("main"));
        Assert.Null(dwarf.FindUnit("mai"));
    }

    [Fact]
    public void Names_and_members_stop_at_their_limits()
    {
        DwarfLimits just = new() { StructMembersMax = 6, IndexedNamesMax = 12 };
        Assert.NotNull(Types().Build(just).FindStruct("main.box"));
        Assert.Throws<BadDwarfException>(
            () => Types().Build(new DwarfLimits { StructMembersMax = 5 }).FindStruct("main.box"));
        Assert.Throws<BadDwarfException>(
            () => Types().Build(new DwarfLimits { IndexedNamesMax = 2 }).FindStruct("main.box"));
        Assert.Throws<BadDwarfException>(
            () => Types().Build(new DwarfLimits { NameBytesMax = 7 }).FindStruct("main.box"));
    }

    [Fact]
    public void A_reference_to_no_entry_is_an_error()
    {
        DwarfFile dwarf = Types().Build();
        Assert.Throws<BadDwarfException>(() => dwarf.EntryAt(new DebugInfoOffset(3)));
        Assert.Throws<BadDwarfException>(() => dwarf.EntryAt(new DebugInfoOffset(1 << 20)));
    }

    [Fact]
    public void Type_units_are_stepped_over_by_the_index()
    {
        DwarfFile dwarf = new DwarfBuilder()
            .Abbreviation(DwarfTag.TypeUnit, true)
            .Abbreviation(DwarfTag.StructureType, false, (DwarfAttribute.Name, 0x08))
            .Unit(5, unit => unit.U8(1).U8(2).Text("hidden").U8(0), kind: 2)
            .Build();
        Assert.True(dwarf.Units[0].IsTypeUnit);
        Assert.Null(dwarf.FindStruct("hidden"));
    }

    // A first unit with the types, so that their offsets from its start are those in the section.
    private static DwarfBuilder Types()
    {
        DwarfBuilder builder = new DwarfBuilder()
            .Abbreviation(DwarfTag.CompileUnit, true, (DwarfAttribute.Name, 0x08), (DwarfAttribute.AddressBase, 0x17))
            .Abbreviation(DwarfTag.BaseType, false, (DwarfAttribute.Name, 0x08), (DwarfAttribute.ByteSize, 0x0b))
            .Abbreviation(DwarfTag.Typedef, false, (DwarfAttribute.Name, 0x08), (DwarfAttribute.Type, 0x13))
            .Abbreviation(DwarfTag.PointerType, false, (DwarfAttribute.Name, 0x08), (DwarfAttribute.Type, 0x13))
            .Abbreviation(DwarfTag.ArrayType, true, (DwarfAttribute.Name, 0x08), (DwarfAttribute.Type, 0x13))
            .Abbreviation(DwarfTag.SubrangeType, false, (DwarfAttribute.Count, 0x0b))
            .Abbreviation(DwarfTag.StructureType, true, (DwarfAttribute.Name, 0x08), (DwarfAttribute.ByteSize, 0x0b))
            .Abbreviation(DwarfTag.Member, false,
                (DwarfAttribute.Name, 0x08), (DwarfAttribute.Type, 0x13), (DwarfAttribute.DataMemberLocation, 0x0b))
            .Abbreviation(DwarfTag.Member, false,
                (DwarfAttribute.Name, 0x08), (DwarfAttribute.Type, 0x13), (DwarfAttribute.DataMemberLocation, 0x0a))
            .Abbreviation(DwarfTag.Member, false, (DwarfAttribute.Type, 0x13))
            .Abbreviation(DwarfTag.Variable, false, (DwarfAttribute.Name, 0x08), (DwarfAttribute.Location, 0x18))
            .Abbreviation(
                DwarfTag.StructureType, false, (DwarfAttribute.Name, 0x08), (DwarfAttribute.Declaration, 0x19));
        return builder
            .Section(".debug_addr", new ByteWriter().U64(0).U64(0x1000).U64(0x2000).ToArray())
            .Unit(5, unit =>
            {
                // Offsets in the section: four bytes of length come before what this writer holds.
                uint Here() => (uint)unit.Length + 4;
                unit.U8(1).Text("main").U32(8);
                unit.U8(12).Text("main.box"); // a declaration that the index must pass by
                uint number = Here();
                unit.U8(2).Text("int").U8(8);
                uint alias = Here();
                unit.U8(3).Text("word").U32(number);
                uint pointer = Here();
                unit.U8(4).Text("*int").U32(number);
                uint array = Here();
                unit.U8(5).Text("[3]int").U32(alias).U8(6, 3).U8(0);
                uint circle = Here();
                unit.U8(3).Text("circle").U32(circle);
                unit.U8(7).Text("main.box").U8(64);
                unit.U8(8).Text("number").U32(number).U8(0);
                unit.U8(8).Text("alias").U32(alias).U8(8);
                unit.U8(8).Text("pointer").U32(pointer).U8(16);
                unit.U8(8).Text("many").U32(array).U8(24);
                unit.U8(9).Text("old").U32(number).U8(2, 0x23, 48);
                unit.U8(10).U32(number).U8(0);
                unit.U8(7).Text("main.endless").U8(8).U8(8).Text("x").U32(circle).U8(0).U8(0);
                unit.U8(11).Text("main.fixed").U8(9, 3).U64(0x401000);
                unit.U8(11).Text("main.indexed").U8(2, 0xa1, 1);
                unit.U8(11).Text("main.offset").U8(2, 0x91, 0);
                unit.U8(0);
            });
    }
}
