using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>Finds where a list starts: by offset, or by number through the offset table of the unit's lists.</summary>
internal static class ListPosition
{
    public static long Find(
        DwarfUnit unit, DebugSection section, AttributeValue value, ulong? listsBase, ulong offsetBias)
    {
        if (value.Class != AttributeClass.ListIndex)
        {
            ulong offset = unchecked(value.AsSectionOffset() + offsetBias);
            return InSection(section, offset);
        }

        // DWARF 5 §7.28, §7.29: the base points at an array of offsets, which count from that very base.
        int size = unit.Encoding.OffsetSize;
        ulong at = TableEntry.Offset(section.Name, listsBase, value.Raw.Value, size);
        ByteCursor cursor = section.CursorAt((long)at);
        return InSection(section, unchecked(cursor.ReadOffset(unit.Encoding) + listsBase!.Value));
    }

    private static long InSection(DebugSection section, ulong offset)
    {
        if (offset >= (ulong)section.Length)
            throw new BadDwarfException(section.Name, offset, "list lies beyond the end of the section");
        return (long)offset;
    }
}
