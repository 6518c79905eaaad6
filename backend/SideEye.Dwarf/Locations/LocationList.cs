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
    private readonly DwarfUnit unit;
    private readonly string section;
    private readonly bool isListOfVersion5;
    private ByteCursor bytes;
    private ulong baseAddress;
    private int read;

    private LocationList(DwarfUnit unit, DebugSection section, long position, bool isListOfVersion5)
    {
        this.unit = unit;
        this.section = section.Name;
        this.isListOfVersion5 = isListOfVersion5;
        bytes = new ByteCursor(section.Span, section.Name, position);
        baseAddress = unit.BaseAddress;
    }

    /// <summary>The entry at this position.</summary>
    public LocationEntry Current { get; private set; }

    /// <summary>Itself.</summary>
    public readonly LocationList GetEnumerator() => this;

    /// <summary>Steps to the next entry; false at the end of the list.</summary>
    /// <exception cref="MalformedFileException">Truncated, unknown, or over a limit.</exception>
    public bool MoveNext()
    {
        while (true)
        {
            if (read++ >= unit.Sections.Limits.LocationsMax)
            {
                throw new BadDwarfException(section, (ulong)bytes.Position,
                    $"list has more than {unit.Sections.Limits.LocationsMax} entries");
            }

            Step step = isListOfVersion5 ? ReadEntry() : ReadPair();
            if (step != Step.Base)
                return step == Step.Entry;
        }
    }

    internal static LocationList Open(DwarfUnit unit, AttributeValue location)
    {
        bool version5 = unit.Version >= 5;
        DebugSection section = version5 ? unit.Sections.LocationLists : unit.Sections.Locations;
        long position = ListPosition.Find(unit, section, location, unit.LocationListsBase, 0);
        return new LocationList(unit, section, position, version5);
    }

    // DWARF 4 §2.6.2: pairs of offsets and a counted expression; (0, 0) ends; (largest, x) selects the base x.
    private Step ReadPair()
    {
        ulong low = bytes.ReadUInt64();
        ulong high = bytes.ReadUInt64();
        if (low == 0 && high == 0)
            return Step.End;
        if (low == ulong.MaxValue)
        {
            baseAddress = high;
            return Step.Base;
        }

        AddressRange range = new(unchecked(baseAddress + low), unchecked(baseAddress + high));
        Current = new LocationEntry(range, false, bytes.ReadBytes(bytes.ReadUInt16()));
        return Step.Entry;
    }

    // DWARF 5 §7.29, DW_LLE codes.
    private Step ReadEntry()
    {
        long position = bytes.Position;
        byte kind = bytes.ReadByte();
        ulong start = 0;
        ulong end = 0;
        switch (kind)
        {
            case 0: // end_of_list
                return Step.End;
            case 1: // base_addressx
                baseAddress = unit.AddressAt(bytes.ReadUleb128());
                return Step.Base;
            case 2: // startx_endx
                start = unit.AddressAt(bytes.ReadUleb128());
                end = unit.AddressAt(bytes.ReadUleb128());
                break;
            case 3: // startx_length
                start = unit.AddressAt(bytes.ReadUleb128());
                end = unchecked(start + bytes.ReadUleb128());
                break;
            case 4: // offset_pair
                start = unchecked(baseAddress + bytes.ReadUleb128());
                end = unchecked(baseAddress + bytes.ReadUleb128());
                break;
            case 5: // default_location
                break;
            case 6: // base_address
                baseAddress = bytes.ReadUInt64();
                return Step.Base;
            case 7: // start_end
                start = bytes.ReadUInt64();
                end = bytes.ReadUInt64();
                break;
            case 8: // start_length
                start = bytes.ReadUInt64();
                end = unchecked(start + bytes.ReadUleb128());
                break;
            case 9: // GNU's view pair: two view numbers that belong to the next entry
                bytes.SkipLeb128();
                bytes.SkipLeb128();
                return Step.Base;
            default:
                throw new BadDwarfException(section, (ulong)position, $"location list entry {kind} is not known");
        }

        Current = new LocationEntry(new AddressRange(start, end), kind == 5, bytes.ReadBytes(bytes.ReadUleb128()));
        return Step.Entry;
    }

    private enum Step
    {
        End,
        Base,
        Entry,
    }
}
