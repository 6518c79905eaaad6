namespace SideEye.Dwarf;

/// <summary>Positions in tables that are indexed from a base (.debug_addr, .debug_str_offsets, list offsets).</summary>
internal static class TableEntry
{
    /// <summary>base + index × size, without overflow and below 2^62.</summary>
    public static ulong Offset(string section, ulong? tableBase, ulong index, int entrySize)
    {
        if (tableBase is not { } start)
            throw new BadDwarfException(section, 0, $"entry {index} is used by a unit that names no base for it");
        if (start > int.MaxValue || index > int.MaxValue)
            throw new BadDwarfException(section, start, $"entry {index} lies beyond the end of the section");
        return start + index * (ulong)entrySize;
    }
}
