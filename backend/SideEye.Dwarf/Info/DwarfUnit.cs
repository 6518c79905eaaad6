using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>A unit of .debug_info (DWARF 5 §7.5.1): for Go a package.</summary>
public sealed class DwarfUnit
{
    private readonly RawAttribute? name;
    private readonly RawAttribute? lowPc;
    private readonly RawAttribute? ranges;
    private readonly RawAttribute? lineProgram;
    private readonly RawAttribute? directory;

    internal DwarfUnit(DwarfFile file, in UnitHeader header, AbbreviationTable abbreviations)
    {
        File = file;
        Header = header;
        Abbreviations = abbreviations;
        DieCursor root = new(this, EntriesStart);
        if (!root.MoveNext())
            return;
        Tag = root.Tag;
        foreach (DieAttribute attribute in root.Attributes)
        {
            RawAttribute raw = attribute.Value.Raw;
            switch (attribute.Name)
            {
                case DwarfAttribute.Name: name = raw; break;
                case DwarfAttribute.LowPc: lowPc = raw; break;
                case DwarfAttribute.Ranges: ranges = raw; break;
                case DwarfAttribute.StatementList: lineProgram = raw; break;
                case DwarfAttribute.CompilationDirectory: directory = raw; break;
                case DwarfAttribute.Language: Language = (int)Math.Min(raw.Value, int.MaxValue); break;
                case DwarfAttribute.StringOffsetsBase: StringOffsetsBase = raw.Value; break;
                case DwarfAttribute.AddressBase or DwarfAttribute.GnuAddressBase: AddressBase = raw.Value; break;
                case DwarfAttribute.RangeListsBase: RangeListsBase = raw.Value; break;
                case DwarfAttribute.LocationListsBase: LocationListsBase = raw.Value; break;
                case DwarfAttribute.GnuRangesBase: GnuRangesBase = raw.Value; break;
            }
        }
    }

    /// <summary>Where the unit's header starts.</summary>
    public DebugInfoOffset Offset => new(Header.Offset);

    /// <summary>Where its first entry starts.</summary>
    public DebugInfoOffset EntriesStart => new(Header.EntriesStart);

    /// <summary>Where the next unit starts.</summary>
    public DebugInfoOffset End => new(Header.End);

    /// <summary>DWARF version, 2 to 5.</summary>
    public int Version => Header.Encoding.Version;

    /// <summary>True for units that hold a type of their own (DW_UT_type, DW_UT_split_type).</summary>
    public bool IsTypeUnit => Header.Kind is 2 or 6;

    /// <summary>Tag of the first entry; 0 when the unit is empty.</summary>
    public DwarfTag Tag { get; }

    /// <summary>DW_AT_language; 22 is Go, 0 not said.</summary>
    public int Language { get; }

    /// <summary>DW_AT_name: for Go the package path. Null when there is none.</summary>
    public string? Name => name is { } raw ? new AttributeValue(this, raw).AsText() : null;

    /// <summary>DW_AT_comp_dir, or null.</summary>
    public string? CompilationDirectory => directory is { } raw ? new AttributeValue(this, raw).AsText() : null;

    /// <summary>Where the unit's line program is, or null.</summary>
    public DebugLineOffset? LineProgramOffset =>
        lineProgram is { } raw ? new DebugLineOffset(new AttributeValue(this, raw).AsSectionOffset()) : null;

    /// <summary>Base of the offset pairs in the unit's lists: DW_AT_low_pc, or 0.</summary>
    public ulong BaseAddress => lowPc is { } raw ? new AttributeValue(this, raw).AsAddress() : 0;

    /// <summary>The unit's own ranges attribute, or null.</summary>
    public AttributeValue? Ranges => ranges is { } raw ? new AttributeValue(this, raw) : null;

    internal DwarfFile File { get; }

    internal DebugSections Sections => File.Sections;

    internal UnitHeader Header { get; }

    internal UnitEncoding Encoding => Header.Encoding;

    internal AbbreviationTable Abbreviations { get; }

    internal ulong? StringOffsetsBase { get; }

    internal ulong? AddressBase { get; }

    internal ulong? RangeListsBase { get; }

    internal ulong? LocationListsBase { get; }

    internal ulong GnuRangesBase { get; }

    /// <summary>A cursor before the first entry of the unit.</summary>
    public DieCursor Entries() => new(this, EntriesStart);

    /// <summary>A cursor before the entry at <paramref name="offset"/>; <see cref="DieCursor.MoveNext"/> steps on
    /// it.</summary>
    /// <exception cref="BadDwarfException">The offset is not in this unit.</exception>
    public DieCursor EntriesFrom(DebugInfoOffset offset)
    {
        if (offset.Value < Header.EntriesStart || offset.Value >= Header.End)
        {
            throw new BadDwarfException(
                Sections.Information.Name, offset.Value, $"is not an entry of the unit at {Offset}");
        }

        return new DieCursor(this, offset);
    }

    /// <summary>Entry <paramref name="index"/> of the unit's addresses in .debug_addr (DWARF 5 §7.27).</summary>
    public ulong AddressAt(ulong index)
    {
        DebugSection section = Sections.Addresses;
        ulong at = TableEntry.Offset(section.Name, AddressBase, index, Architecture.PointerSize);
        ByteCursor cursor = section.CursorAt((long)at);
        return cursor.ReadUInt64();
    }

    internal bool IsNamed(ReadOnlySpan<byte> utf8) => name is { } raw && new AttributeValue(this, raw).IsText(utf8);
}
