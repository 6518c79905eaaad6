using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>
/// Steps through a list of ranges (DWARF 4 §2.17.3, DWARF 5 §7.25) or of locations (DWARF 4 §2.6.2, DWARF 5 §7.29),
/// which are ranges with an expression each. Nothing is allocated.
/// </summary>
internal ref struct AddressListWalker
{
    private readonly DwarfUnit unit;
    private readonly string section;
    private readonly bool isOfLocations;
    private readonly int entriesMax;
    private ByteCursor bytes;
    private ulong baseAddress;
    private int read;

    /// <param name="unit">Its version tells the form of the list.</param>
    /// <param name="section">Holds the list.</param>
    /// <param name="position">Where the list starts.</param>
    /// <param name="isOfLocations">True when expressions follow the ranges.</param>
    public AddressListWalker(DwarfUnit unit, DebugSection section, long position, bool isOfLocations)
    {
        this.unit = unit;
        this.section = section.Name;
        this.isOfLocations = isOfLocations;
        DwarfLimits limits = unit.Sections.Limits;
        entriesMax = isOfLocations ? limits.LocationsMax : limits.RangesMax;
        bytes = section.CursorAt(position);
        baseAddress = unit.BaseAddress;
    }

    /// <summary>Addresses of the entry at this position; may be empty.</summary>
    public AddressRange Range { get; private set; }

    /// <summary>True when the entry holds wherever no other does.</summary>
    public bool IsDefault { get; private set; }

    /// <summary>The entry's expression; empty in a list of ranges.</summary>
    public ReadOnlySpan<byte> Expression { get; private set; }

    /// <summary>Steps to the next entry; false at the end of the list.</summary>
    /// <exception cref="MalformedFileException">Truncated, unknown, or over a limit.</exception>
    public bool MoveNext()
    {
        while (true)
        {
            if (read++ >= entriesMax)
            {
                throw new BadDwarfException(
                    section, (ulong)bytes.Position, $"list has more than {entriesMax} entries");
            }

            Step step = unit.Version >= 5 ? ReadEntry() : ReadPair();
            if (step != Step.Base)
                return step == Step.Entry;
        }
    }

    // DWARF 4 §2.17.3, §2.6.2: pairs of offsets; (0, 0) ends; (largest, x) selects the base x.
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

        Range = new AddressRange(unchecked(baseAddress + low), unchecked(baseAddress + high));
        if (isOfLocations)
            Expression = bytes.ReadBytes(bytes.ReadUInt16());
        return Step.Entry;
    }

    // DWARF 5 §7.29, DW_LLE codes. The DW_RLE codes of §7.25 are the same without default_location.
    private Step ReadEntry()
    {
        const int DefaultLocation = 5;
        long position = bytes.Position;
        byte written = bytes.ReadByte();
        int kind = !isOfLocations && written >= DefaultLocation ? written + 1 : written;
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
            case DefaultLocation:
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
            case 9 when isOfLocations: // GNU's view pair: two view numbers that belong to the next entry
                bytes.SkipLeb128();
                bytes.SkipLeb128();
                return Step.Base;
            default:
                string list = isOfLocations ? "location" : "range";
                throw new BadDwarfException(section, (ulong)position, $"{list} list entry {written} is not known");
        }

        Range = new AddressRange(start, end);
        IsDefault = kind == DefaultLocation;
        if (isOfLocations)
            Expression = bytes.ReadBytes(bytes.ReadUleb128());
        return Step.Entry;
    }

    private enum Step
    {
        End,
        Base,
        Entry,
    }
}
