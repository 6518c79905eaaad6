using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>What DWARF adds to the reading of bytes.</summary>
internal static class DwarfReads
{
    /// <summary>Reads a unit length and tells the format by it (DWARF 5 §7.4).</summary>
    public static ulong ReadInitialLength(this ref ByteCursor cursor, string section, out bool is64)
    {
        long start = cursor.Position;
        uint length = cursor.ReadUInt32();
        is64 = length == 0xffffffff;
        if (is64)
            return cursor.ReadUInt64();
        if (length >= 0xfffffff0)
            throw new BadDwarfException(section, (ulong)start, $"unit length 0x{length:x} is reserved");
        return length;
    }

    /// <summary>Reads an offset of 4 or 8 bytes.</summary>
    public static ulong ReadOffset(this ref ByteCursor cursor, UnitEncoding encoding) =>
        encoding.Is64 ? cursor.ReadUInt64() : cursor.ReadUInt32();

    /// <summary>Reads three bytes (DW_FORM_strx3, DW_FORM_addrx3).</summary>
    public static uint ReadUInt24(this ref ByteCursor cursor) => cursor.ReadUInt16() | (uint)cursor.ReadByte() << 16;

    /// <summary>Steps over one LEB128 number.</summary>
    public static void SkipLeb128(this ref ByteCursor cursor)
    {
        while (cursor.ReadByte() >= 0x80)
        {
        }
    }
}

/// <summary>What the sizes of forms depend on. Addresses always have 8 bytes.</summary>
internal readonly record struct UnitEncoding(int Version, bool Is64)
{
    public int OffsetSize => Is64 ? 8 : 4;

    /// <summary>DW_FORM_ref_addr had the size of an address in DWARF 2 (DWARF 3 §7.4).</summary>
    public int ReferenceAddressSize => Version <= 2 ? 8 : OffsetSize;
}
