using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>
/// The ranges of an entry (.debug_ranges: DWARF 4 §2.17.3; .debug_rnglists: DWARF 5 §2.17.3), for use with foreach.
/// Empty ranges are left out. Nothing is allocated.
/// </summary>
public ref struct AddressRanges
{
    private AddressListWalker list;

    private AddressRanges(AddressListWalker list) => this.list = list;

    /// <summary>The range at this position.</summary>
    public readonly AddressRange Current => list.Range;

    /// <summary>Itself.</summary>
    public readonly AddressRanges GetEnumerator() => this;

    /// <summary>Steps to the next range; false at the end of the list.</summary>
    /// <exception cref="MalformedFileException">Truncated, unknown, or over a limit.</exception>
    public bool MoveNext()
    {
        while (list.MoveNext())
        {
            if (list.Range.Low < list.Range.High)
                return true;
        }
        return false;
    }

    internal static AddressRanges Open(DwarfUnit unit, AttributeValue ranges)
    {
        bool version5 = unit.Version >= 5;
        DebugSection section = version5 ? unit.Sections.RangeLists : unit.Sections.Ranges;
        long position = ListPosition.Find(
            unit, section, ranges, unit.RangeListsBase, version5 ? 0 : unit.GnuRangesBase);
        return new AddressRanges(new AddressListWalker(unit, section, position, isOfLocations: false));
    }
}
