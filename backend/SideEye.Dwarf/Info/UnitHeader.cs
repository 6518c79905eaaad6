using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>A unit header (DWARF 4 §7.5.1.1, DWARF 5 §7.5.1.1).</summary>
internal readonly record struct UnitHeader(
    ulong Offset, ulong EntriesStart, ulong End, UnitEncoding Encoding, byte Kind, DebugAbbrevOffset Abbreviations)
{
    private const byte CompileKind = 1; // DW_UT_compile

    public static UnitHeader Read(ref ByteCursor cursor, string section)
    {
        ulong offset = (ulong)cursor.Position;
        ulong length = cursor.ReadInitialLength(section, out bool is64);
        ulong end = (ulong)cursor.Position + length;
        if (length > (ulong)cursor.Remaining)
            throw new BadDwarfException(section, offset, $"unit of 0x{length:x} bytes passes the end of the section");
        int version = cursor.ReadUInt16();
        UnitEncoding encoding = new(version, is64);
        if (version is < 2 or > 5)
            throw new BadDwarfException(section, offset, $"DWARF version {version} is not between 2 and 5");

        byte kind = CompileKind;
        byte addressSize;
        ulong abbreviations;
        if (version >= 5)
        {
            kind = cursor.ReadByte();
            addressSize = cursor.ReadByte();
            abbreviations = cursor.ReadOffset(encoding);
            if (kind is 4 or 5)
                cursor.Skip(8); // DW_UT_skeleton, DW_UT_split_compile: dwo_id
            else if (kind is 2 or 6)
                cursor.Skip((ulong)(8 + encoding.OffsetSize)); // type units: type_signature, type_offset
        }
        else
        {
            abbreviations = cursor.ReadOffset(encoding);
            addressSize = cursor.ReadByte();
        }

        if (addressSize != Architecture.PointerSize)
            throw new BadDwarfException(section, offset, $"address size {addressSize} is not 8");
        if ((ulong)cursor.Position > end)
            throw new BadDwarfException(section, offset, $"unit of 0x{length:x} bytes is shorter than its header");
        return new UnitHeader(
            offset, (ulong)cursor.Position, end, encoding, kind, new DebugAbbrevOffset(abbreviations));
    }
}
