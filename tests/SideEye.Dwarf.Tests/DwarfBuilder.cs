using SideEye.Elf;

namespace SideEye.Dwarf.Tests;

/// <summary>
/// Hand-made debug sections in an ELF file. A unit's root entry has abbreviation 1, whose attributes the test names;
/// further abbreviations follow from 2 on.
/// </summary>
internal sealed class DwarfBuilder
{
    private readonly ByteWriter abbreviations = new();
    private readonly ByteWriter information = new();
    private readonly List<(string Name, byte[] Bytes)> others = [];
    private uint codes;

    /// <summary>Adds the next abbreviation; attributes in pairs with their forms.</summary>
    public DwarfBuilder Abbreviation(DwarfTag tag, bool children, params (DwarfAttribute Name, int Form)[] attributes)
    {
        abbreviations.Uleb(++codes).Uleb((ulong)tag).U8(children ? (byte)1 : (byte)0);
        foreach ((DwarfAttribute name, int form) in attributes)
        {
            abbreviations.Uleb((ulong)name).Uleb((ulong)form);
            if (form == 0x21)
                abbreviations.Sleb(-5);
        }

        abbreviations.U8(0, 0);
        return this;
    }

    /// <summary>Adds a unit with these entries.</summary>
    public DwarfBuilder Unit(int version, Action<ByteWriter> entries, bool is64 = false, byte kind = 1)
    {
        ByteWriter body = new ByteWriter().U16((ushort)version);
        if (version >= 5)
            body.U8(kind, 8);
        if (is64)
            body.U64(0);
        else
            body.U32(0);
        if (version < 5)
            body.U8(8);
        if (kind == 2)
            body.U64(1).U32(0);
        entries(body);
        if (is64)
            information.U32(0xffffffff).U64((ulong)body.Length);
        else
            information.U32((uint)body.Length);
        information.U8(body.ToArray());
        return this;
    }

    public DwarfBuilder Section(string name, byte[] bytes)
    {
        others.Add((name, bytes));
        return this;
    }

    public byte[] BuildFile()
    {
        ElfBuilder elf = new ElfBuilder()
            .Section(".debug_info", information.ToArray())
            .Section(".debug_abbrev", [.. abbreviations.ToArray(), 0]);
        foreach ((string name, byte[] bytes) in others)
            elf.Section(name, bytes);
        return elf.Build();
    }

    public DwarfFile Build(DwarfLimits? limits = null) => DwarfFile.Open(ElfFile.Open(BuildFile()), limits);
}
