using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using SideEye.Elf;
using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>
/// The DWARF 2 to 5 debug information of an ELF file. Sections are decompressed, units and names indexed when first
/// needed, each once. Members may be called from several threads.
/// </summary>
/// <remarks>Every member may throw <see cref="MalformedFileException"/> (as <see cref="BadDwarfException"/>,
/// <see cref="BadElfException"/>, or itself for truncated tables) when what it reads is malformed.</remarks>
public sealed class DwarfFile
{
    private readonly Lazy<DwarfUnit[]> units;
    private readonly Lazy<NameIndex> names;
    private readonly ConcurrentDictionary<string, Lazy<NameIndex>> namesByUnit = new(StringComparer.Ordinal);

    private DwarfFile(ElfFile elf, DwarfLimits limits)
    {
        Elf = elf;
        Sections = new DebugSections(elf, limits);
        AbbreviationTables = new AbbreviationTables(Sections);
        units = new Lazy<DwarfUnit[]>(ReadUnits);
        names = new Lazy<NameIndex>(() => NameIndex.Build(this, Units));
    }

    /// <summary>The file.</summary>
    public ElfFile Elf { get; }

    /// <summary>True when there is a .debug_info section with contents.</summary>
    public bool HasDebugInfo => Sections.Information.IsPresent;

    /// <summary>Tells this debug information from others, see <see cref="ElfFile.IdentityOf"/>; 0 when there is none.
    /// </summary>
    public ulong Identity => Sections.Information.Identity;

    /// <summary>All units in file order; none when there is no debug information.</summary>
    public ImmutableArray<DwarfUnit> Units => ImmutableCollectionsMarshal.AsImmutableArray(units.Value);

    internal DebugSections Sections { get; }

    internal AbbreviationTables AbbreviationTables { get; }

    /// <summary>Opens the debug information of <paramref name="elf"/>; reads nothing yet.</summary>
    public static DwarfFile Open(ElfFile elf, DwarfLimits? limits = null) => new(elf, limits ?? DwarfLimits.Default);

    /// <summary>The first unit with this DW_AT_name, for Go a package path; or null.</summary>
    public DwarfUnit? FindUnit(string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        foreach (DwarfUnit unit in Units)
        {
            if (unit.IsNamed(utf8))
                return unit;
        }

        return null;
    }

    /// <summary>The unit that holds the entry at <paramref name="offset"/>.</summary>
    /// <exception cref="BadDwarfException">There is none.</exception>
    public DwarfUnit UnitAt(DebugInfoOffset offset)
    {
        ImmutableArray<DwarfUnit> all = Units;
        int low = 0;
        int high = all.Length;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (all[middle].End.Value <= offset.Value)
                low = middle + 1;
            else
                high = middle;
        }

        if (low < all.Length && offset.Value >= all[low].EntriesStart.Value)
            return all[low];
        throw new BadDwarfException(Sections.Information.Name, offset.Value, "no unit has an entry here");
    }

    /// <summary>A cursor on the entry at <paramref name="offset"/>, in whichever unit that is.</summary>
    /// <exception cref="BadDwarfException">There is no entry.</exception>
    public DieCursor EntryAt(DebugInfoOffset offset)
    {
        DieCursor entry = UnitAt(offset).EntriesFrom(offset);
        if (!entry.MoveNext() || entry.Offset != offset)
            throw new BadDwarfException(Sections.Information.Name, offset.Value, "there is no entry here");
        return entry;
    }

    /// <summary>
    /// The first top-level entry with this name and tag that is not a mere declaration, or null. The index behind it
    /// is built by the first call.
    /// </summary>
    public DebugInfoOffset? FindEntry(string name, DwarfTag tag) => names.Value.Find(name, tag);

    /// <summary>The same among the units of one name alone, of which there may be several. Of a large program this
    /// reads a small part.</summary>
    /// <param name="unit">DW_AT_name of the units.</param>
    /// <param name="name">DW_AT_name of the entry.</param>
    /// <param name="tag">Its tag.</param>
    public DebugInfoOffset? FindEntryIn(string unit, string name, DwarfTag tag) => NamesIn(unit)?.Find(name, tag);

    /// <summary>
    /// The index behind <see cref="FindEntryIn"/>, to be kept for the next time: as a part of
    /// <see cref="ElfFile.Kept"/> it need not be built again. Null when no unit has the name, or it is too long.
    /// </summary>
    public KeptPart? NamesToKeep(string unit)
    {
        string part = NamesPart(unit);
        return part.Length <= KeptParts.NameBytesMax && NamesIn(unit) is { } index
            ? new KeptPart(part, Identity, index.Bytes) : null;
    }

    /// <summary>The compressed sections that entries and locations are read from, to be kept decompressed.</summary>
    public IEnumerable<KeptPart> SectionsToKeep() =>
        Sections.OfEntries.Select(static section => section.ToKeep()).OfType<KeptPart>();

    /// <summary>The structure with this name (<c>runtime.g</c>), or null.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="unit">Where to look first: only when no unit of this name has it are all indexed.</param>
    public StructLayout? FindStruct(string name, string? unit = null) =>
        FindEntry(name, DwarfTag.StructureType, unit) is { } entry ? StructLayoutReader.Read(this, entry) : null;

    /// <summary>
    /// Link-time address of a package-level variable (<c>runtime.allgs</c>); null when there is none of that name, or
    /// its location is not one fixed address.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="unit">Where to look first: only when no unit of this name has it are all indexed.</param>
    public ulong? FindVariable(string name, string? unit = null) =>
        FindEntry(name, DwarfTag.Variable, unit) is { } entry ? VariableAddress.Read(EntryAt(entry)) : null;

    /// <summary>As <see cref="FindEntry(string, DwarfTag)"/>, with a unit to look into first.</summary>
    public DebugInfoOffset? FindEntry(string name, DwarfTag tag, string? unit) =>
        (unit is null ? null : FindEntryIn(unit, name, tag)) ?? FindEntry(name, tag);

    /// <summary>The address ranges in a DW_AT_ranges value of <paramref name="unit"/>.</summary>
    public static AddressRanges ReadRanges(DwarfUnit unit, AttributeValue ranges) => AddressRanges.Open(unit, ranges);

    /// <summary>The entries of a location list that a value of <paramref name="unit"/> points to.</summary>
    public static LocationList ReadLocations(DwarfUnit unit, AttributeValue location) =>
        LocationList.Open(unit, location);

    /// <summary>The line program of <paramref name="unit"/>, or null when it has none.</summary>
    public LineProgram? ReadLineProgram(DwarfUnit unit) =>
        unit.LineProgramOffset is { } offset ? LineProgram.Read(Sections, unit, offset) : null;

    private static string NamesPart(string unit) => $"names {unit}";

    private NameIndex? NamesIn(string unit)
    {
        if (namesByUnit.TryGetValue(unit, out Lazy<NameIndex>? index))
            return index.Value;
        CheckedBytes? kept = Elf.Kept?.TryOpenPart(
            NamesPart(unit), Identity, () => NameIndex.BuildBytes(this, UnitsNamed(unit)));
        if (kept is not null && NameIndex.TryOpen(this, kept) is { } opened)
            return namesByUnit.GetOrAdd(unit, new Lazy<NameIndex>(opened)).Value;
        DwarfUnit[] named = UnitsNamed(unit);
        // Names that no unit has are not remembered: there is no end to them.
        return named.Length == 0 ? null
            : namesByUnit.GetOrAdd(unit, _ => new Lazy<NameIndex>(() => NameIndex.Build(this, named))).Value;
    }

    private DwarfUnit[] UnitsNamed(string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        return [.. Units.Where(each => each.IsNamed(utf8))];
    }

    private DwarfUnit[] ReadUnits()
    {
        if (!HasDebugInfo)
            return [];
        DebugSection section = Sections.Information;
        List<DwarfUnit> read = [];
        ByteCursor cursor = section.CursorAt(0);
        while (!cursor.AtEnd)
        {
            if (read.Count >= Sections.Limits.UnitsMax)
            {
                throw new BadDwarfException(section.Name, (ulong)cursor.Position,
                    $"there are more than {Sections.Limits.UnitsMax} units");
            }

            UnitHeader header = UnitHeader.Read(ref cursor, section.Name);
            read.Add(new DwarfUnit(this, header, AbbreviationTables.At(header.Abbreviations)));
            cursor.Position = (long)header.End;
        }

        return read.ToArray();
    }
}
