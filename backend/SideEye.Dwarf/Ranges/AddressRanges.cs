using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>
/// The ranges of an entry (.debug_ranges: DWARF 4 §2.17.3; .debug_rnglists: DWARF 5 §2.17.3), for use with foreach.
/// Empty ranges are left out. Nothing is allocated.
/// </summary>
public ref struct AddressRanges
{
    private readonly DwarfUnit unit;
    private readonly string section;
    private readonly bool isListOfVersion5;
    private ByteCursor bytes;
    private ulong baseAddress;
    private int read;

    private AddressRanges(DwarfUnit unit, DebugSection section, long position, bool isListOfVersion5)
    {
        this.unit = unit;
        this.section = section.Name;
        this.isListOfVersion5 = isListOfVersion5;
        bytes = new ByteCursor(section.Span, section.Name, position);
        baseAddress = unit.BaseAddress;
    }

    /// <summary>The range at this position.</summary>
    public AddressRange Current { get; private set; }

    /// <summary>Itself.</summary>
    public readonly AddressRanges GetEnumerator() => this;

    /// <summary>Steps to the next range; false at the end of the list.</summary>
    /// <exception cref="MalformedFileException">Truncated, unknown, or over a limit.</exception>
    public bool MoveNext()
    {
        while (true)
        {
            if (read++ >= unit.Sections.Limits.RangesMax)
            {
                throw new BadDwarfException(section, (ulong)bytes.Position,
                    $"list has more than {unit.Sections.Limits.RangesMax} entries");
            }

            AddressRange range = default;
            bool more = isListOfVersion5 ? ReadEntry(ref range) : ReadPair(ref range);
            if (!more)
                return false;
            if (range.Low >= range.High)
                continue;
            Current = range;
            return true;
        }
    }

    internal static AddressRanges Open(DwarfUnit unit, AttributeValue ranges)
    {
        bool version5 = unit.Version >= 5;
        DebugSection section = version5 ? unit.Sections.RangeLists : unit.Sections.Ranges;
        long position = ListPosition.Find(
            unit, section, ranges, unit.RangeListsBase, version5 ? 0 : unit.GnuRangesBase);
        return new AddressRanges(unit, section, position, version5);
    }

    // DWARF 4 §2.17.3: pairs of offsets; (0, 0) ends; (largest, x) selects the base x.
    private bool ReadPair(ref AddressRange range)
    {
        ulong low = bytes.ReadUInt64();
        ulong high = bytes.ReadUInt64();
        if (low == ulong.MaxValue)
        {
            baseAddress = high;
            return true;
        }

        if (low == 0 && high == 0)
            return false;
        range = new AddressRange(unchecked(baseAddress + low), unchecked(baseAddress + high));
        return true;
    }

    // DWARF 5 §7.25, DW_RLE codes.
    private bool ReadEntry(ref AddressRange range)
    {
        long position = bytes.Position;
        byte kind = bytes.ReadByte();
        ulong start;
        switch (kind)
        {
            case 0: // end_of_list
                return false;
            case 1: // base_addressx
                baseAddress = unit.AddressAt(bytes.ReadUleb128());
                break;
            case 2: // startx_endx
                start = unit.AddressAt(bytes.ReadUleb128());
                range = new AddressRange(start, unit.AddressAt(bytes.ReadUleb128()));
                break;
            case 3: // startx_length
                start = unit.AddressAt(bytes.ReadUleb128());
                range = new AddressRange(start, unchecked(start + bytes.ReadUleb128()));
                break;
            case 4: // offset_pair
                start = unchecked(baseAddress + bytes.ReadUleb128());
                range = new AddressRange(start, unchecked(baseAddress + bytes.ReadUleb128()));
                break;
            case 5: // base_address
                baseAddress = bytes.ReadUInt64();
                break;
            case 6: // start_end
                start = bytes.ReadUInt64();
                range = new AddressRange(start, bytes.ReadUInt64());
                break;
            case 7: // start_length
                start = bytes.ReadUInt64();
                range = new AddressRange(start, unchecked(start + bytes.ReadUleb128()));
                break;
            default:
                throw new BadDwarfException(section, (ulong)position, $"range list entry {kind} is not known");
        }

        return true;
    }
}
