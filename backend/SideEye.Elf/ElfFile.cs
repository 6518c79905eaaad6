using System.Collections.Immutable;
using SideEye.Target;

namespace SideEye.Elf;

/// <summary>
/// A 64-bit little-endian ELF file in memory (mapped or read by the caller). Headers are read at once; sections,
/// symbols, notes and relocations when first asked for, each once.
/// </summary>
/// <remarks>
/// The memory must stay readable while this object and what it handed out are in use. All members may be called from
/// several threads. Every member may throw <see cref="BadElfException"/> when the part it reads is malformed.
/// </remarks>
public sealed class ElfFile
{
    private readonly Dictionary<string, ElfSection> sectionsByName;
    private readonly SectionContents contents;
    private readonly Lazy<ElfSymbolTable> symbols;
    private readonly Lazy<ElfRelocations> relocations;
    private readonly Lazy<ElfNotes> notes;
    private readonly Lazy<ElfDebugLink?> debugLink;

    private ElfFile(ReadOnlyMemory<byte> file, ElfLimits limits, KeptParts? kept)
    {
        ElfHeader header = ElfHeader.Read(file.Span, limits);
        Bytes = file;
        Limits = limits;
        Kept = kept;
        Architecture = header.Architecture;
        Kind = header.Kind;
        EntryPoint = header.EntryPoint;
        Segments = ElfTables.ReadSegments(file.Span, header);
        Sections = ElfTables.ReadSections(file.Span, header, limits);
        sectionsByName = new Dictionary<string, ElfSection>(Sections.Length, StringComparer.Ordinal);
        foreach (ElfSection section in Sections)
            sectionsByName.TryAdd(section.Name, section);
        contents = new SectionContents(file, Sections.Length, limits, kept);
        symbols = new Lazy<ElfSymbolTable>(() => ElfSymbolTable.Read(this));
        relocations = new Lazy<ElfRelocations>(() => ElfRelocations.Read(this));
        notes = new Lazy<ElfNotes>(() => ElfNotes.Read(this));
        debugLink = new Lazy<ElfDebugLink?>(() => ElfDebugLink.Read(this));
    }

    /// <summary>The whole file.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The limits it was opened with.</summary>
    public ElfLimits Limits { get; }

    /// <summary>What was made of it at an earlier time, or null.</summary>
    public KeptParts? Kept { get; }

    /// <summary>Processor the code is for.</summary>
    public Architecture Architecture { get; }

    /// <summary>Fixed-address program, position-independent one, core file.</summary>
    public ElfKind Kind { get; }

    /// <summary>e_entry: link-time address of the first instruction, 0 when there is none.</summary>
    public ulong EntryPoint { get; }

    /// <summary>Section header table in file order, the unused first one included; empty when stripped away.</summary>
    public ImmutableArray<ElfSection> Sections { get; }

    /// <summary>Program header table in file order.</summary>
    public ImmutableArray<ElfSegment> Segments { get; }

    /// <summary>Symbols of .symtab; without elements when there is none.</summary>
    public ElfSymbolTable Symbols => symbols.Value;

    /// <summary>What a dynamic loader would write into the image.</summary>
    public ElfRelocations Relocations => relocations.Value;

    /// <summary>NT_GNU_BUILD_ID in lower-case hexadecimal, or null. Go writes one by default since 1.24.</summary>
    public string? BuildId => notes.Value.BuildId;

    /// <summary>The Go linker's build id (note "Go", type 4) as text, or null.</summary>
    public string? GoBuildId => notes.Value.GoBuildId;

    /// <summary>Name and checksum of the separate debug file (.gnu_debuglink), or null.</summary>
    public ElfDebugLink? DebugLink => debugLink.Value;

    /// <summary>
    /// p_vaddr of the first PT_LOAD segment. The load bias of a process is the start of the mapping of that segment
    /// minus this, both rounded down to a page.
    /// </summary>
    public ulong FirstLoadAddress
    {
        get
        {
            foreach (ElfSegment segment in Segments)
            {
                if (segment.Type == ElfSegmentType.Load)
                    return segment.Address;
            }

            throw new BadElfException("program headers", 0, "there is no PT_LOAD segment");
        }
    }

    /// <summary>Opens the file in <paramref name="file"/> and reads its header tables.</summary>
    /// <exception cref="BadElfException">Not ELF64 little-endian for a known machine, or out of bounds.</exception>
    public static ElfFile Open(ReadOnlyMemory<byte> file, ElfLimits? limits = null) =>
        new(file, limits ?? ElfLimits.Default, null);

    /// <summary>The same file, with what was made of it at an earlier time: less of it is decompressed.</summary>
    public ElfFile With(KeptParts? kept) => kept is null ? this : new ElfFile(Bytes, Limits, kept);

    /// <summary>The first section with exactly this name, or null.</summary>
    public ElfSection? FindSection(string name) => sectionsByName.GetValueOrDefault(name);

    /// <summary>
    /// The contents of a section: a slice of the file, or the decompressed bytes (SHF_COMPRESSED with zlib or zstd,
    /// .zdebug_*), which are made once and kept. Empty for sections without bytes in the file
    /// (<see cref="ElfSection.HasFileBytes"/>).
    /// </summary>
    /// <exception cref="BadElfException">Out of the file's bounds, over a limit, or undecodable.</exception>
    public ReadOnlyMemory<byte> ReadSection(ElfSection section) => contents.Open(section).Whole;

    /// <summary>The same, for who reads little of it: what was decompressed at an earlier time is checked only where
    /// it is read.</summary>
    /// <exception cref="BadElfException">As <see cref="ReadSection"/>.</exception>
    public CheckedBytes OpenSection(ElfSection section) => contents.Open(section);

    /// <summary>True when the file has the section compressed.</summary>
    /// <exception cref="BadElfException">Out of the file's bounds.</exception>
    public bool IsCompressed(ElfSection section) => contents.IsCompressed(section);

    /// <summary>
    /// Tells the contents of a section from others without reading it: by its place, its ends and, where it is
    /// compressed, by the checksum that is at the end.
    /// </summary>
    /// <exception cref="BadElfException">Out of the file's bounds.</exception>
    public ulong IdentityOf(ElfSection section) => contents.IdentityOf(section);

    /// <summary>The symbol of .symtab with this name that is defined in this file (a global one before a local
    /// one), or null.</summary>
    public ElfSymbol? FindSymbol(string name) => Symbols.Find(name);

    /// <summary>
    /// Finds <paramref name="length"/> bytes of the file that PT_LOAD segments place at <paramref name="linkAddress"/>.
    /// Relocations are not applied; see <see cref="TryReadRelocated"/>.
    /// </summary>
    /// <returns>False when not all of them lie in the file-backed part of one segment.</returns>
    public bool TryBytesAt(ulong linkAddress, int length, out ReadOnlyMemory<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        foreach (ElfSegment segment in Segments)
        {
            if (segment.Type != ElfSegmentType.Load || !segment.ContainsFileByte(linkAddress))
                continue;
            ulong within = linkAddress - segment.Address;
            ulong offset = unchecked(segment.Offset + within);
            // A separate debug file keeps the program headers of the stripped one, whose bytes it does not have.
            bool inSegment = (ulong)length <= segment.FileSize - within;
            bool inFile = offset >= segment.Offset && offset <= (ulong)Bytes.Length
                && (ulong)length <= (ulong)Bytes.Length - offset;
            if (!inSegment || !inFile)
                break;
            bytes = Bytes.Slice((int)offset, length);
            return true;
        }

        bytes = default;
        return false;
    }

    /// <summary>
    /// Fills <paramref name="destination"/> with what a loader at bias 0 leaves at <paramref name="linkAddress"/>:
    /// file bytes, zeros for .bss, RELATIVE relocations applied.
    /// </summary>
    /// <returns>False when some byte lies in no PT_LOAD segment; the destination is then unspecified.</returns>
    public bool TryReadRelocated(ulong linkAddress, Span<byte> destination) =>
        Relocations.TryReadRelocated(linkAddress, destination);
}
