using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>Names in debug information, wherever a form puts them (DWARF 5 §7.5.5, class string).</summary>
internal static class DebugText
{
    /// <summary>
    /// The bytes from the first of a string on, so many as the section has of <paramref name="length"/>: enough to
    /// compare or hash a name without looking for its end.
    /// </summary>
    public static ReadOnlySpan<byte> From(
        DebugSections sections, DwarfUnit? unit, DebugSection inline, scoped in RawAttribute text, int length)
    {
        switch (text.Form)
        {
            case DwarfForm.String:
                return inline.ReadAtMost(text.Value, length);
            case DwarfForm.Strp:
                return Start(sections.Strings, text.Value, length);
            case DwarfForm.LineStrp:
                return Start(sections.LineStrings, text.Value, length);
            case DwarfForm.Strx or DwarfForm.Strx1 or DwarfForm.Strx2 or DwarfForm.Strx3 or DwarfForm.Strx4
                or DwarfForm.GnuStrIndex when unit is not null:
                return Start(sections.Strings, Indexed(sections, unit, text.Value), length);
            default:
                throw new BadDwarfException(inline.Name, text.Position, $"form {text.Form} is not a readable string");
        }
    }

    /// <summary>The string without its NUL.</summary>
    public static ReadOnlySpan<byte> Read(
        DebugSections sections, DwarfUnit? unit, DebugSection inline, scoped in RawAttribute text)
    {
        int max = sections.Limits.NameBytesMax;
        ReadOnlySpan<byte> start = From(sections, unit, inline, text, (int)Math.Min(max + 1L, int.MaxValue));
        int length = start.IndexOf((byte)0);
        if (length >= 0)
            return start[..length];
        throw new BadDwarfException(inline.Name, text.Position, start.Length <= max
            ? "string has no terminating NUL"
            : $"string passes the limit of {max} bytes");
    }

    /// <summary>True when the string that starts <paramref name="textAndMore"/> is <paramref name="wanted"/>.</summary>
    public static bool IsText(ReadOnlySpan<byte> textAndMore, ReadOnlySpan<byte> wanted) =>
        textAndMore.Length > wanted.Length && textAndMore[wanted.Length] == 0 && textAndMore.StartsWith(wanted);

    private static ReadOnlySpan<byte> Start(DebugSection section, ulong offset, int length)
    {
        if (offset < (ulong)section.Length)
            return section.ReadAtMost(offset, length);
        throw new BadDwarfException(section.Name, offset, "string lies beyond the end of the section");
    }

    // DWARF 5 §7.26: an array of offsets behind the header that DW_AT_str_offsets_base points past.
    private static ulong Indexed(DebugSections sections, DwarfUnit unit, ulong index)
    {
        DebugSection offsets = sections.StringOffsets;
        ulong at = TableEntry.Offset(offsets.Name, unit.StringOffsetsBase, index, unit.Encoding.OffsetSize);
        ByteCursor cursor = offsets.CursorAt((long)at);
        return cursor.ReadOffset(unit.Encoding);
    }
}
