using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>Where a variable is while the program counter is in a range.</summary>
/// <param name="range">Addresses for which this holds.</param>
/// <param name="isDefault">True when it holds wherever no other entry does (DW_LLE_default_location).</param>
/// <param name="expression">The DWARF expression; empty when the variable exists nowhere.</param>
public readonly ref struct LocationEntry(AddressRange range, bool isDefault, ReadOnlySpan<byte> expression)
{
    /// <summary>Addresses for which this holds; may be empty, as compilers write it.</summary>
    public AddressRange Range { get; } = range;

    /// <summary>True when it holds wherever no other entry does.</summary>
    public bool IsDefault { get; } = isDefault;

    /// <summary>The DWARF expression; empty when the variable exists nowhere.</summary>
    public ReadOnlySpan<byte> Expression { get; } = expression;
}

/// <summary>
/// A location list (.debug_loc: DWARF 4 §2.6.2; .debug_loclists: DWARF 5 §2.6.2), for use with foreach. Nothing is
/// allocated.
/// </summary>
public ref struct LocationList
{
    private AddressListWalker list;

    private LocationList(AddressListWalker list) => this.list = list;

    /// <summary>The entry at this position.</summary>
    public readonly LocationEntry Current => new(list.Range, list.IsDefault, list.Expression);

    /// <summary>Itself.</summary>
    public readonly LocationList GetEnumerator() => this;

    /// <summary>Steps to the next entry; false at the end of the list.</summary>
    /// <exception cref="MalformedFileException">Truncated, unknown, or over a limit.</exception>
    public bool MoveNext() => list.MoveNext();

    internal static LocationList Open(DwarfUnit unit, AttributeValue location)
    {
        bool version5 = unit.Version >= 5;
        DebugSection section = version5 ? unit.Sections.LocationLists : unit.Sections.Locations;
        long position = ListPosition.Find(unit, section, location, unit.LocationListsBase, 0);
        return new LocationList(new AddressListWalker(unit, section, position, isOfLocations: true));
    }
}
