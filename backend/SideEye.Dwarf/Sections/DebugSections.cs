using SideEye.Elf;

namespace SideEye.Dwarf;

/// <summary>All sections that debug information is spread over (DWARF 5 Appendix B).</summary>
internal sealed class DebugSections(ElfFile elf, DwarfLimits limits)
{
    public DwarfLimits Limits { get; } = limits;

    public DebugSection Information { get; } = new(elf, "debug_info");

    public DebugSection Abbreviations { get; } = new(elf, "debug_abbrev");

    public DebugSection Line { get; } = new(elf, "debug_line");

    public DebugSection Strings { get; } = new(elf, "debug_str");

    public DebugSection LineStrings { get; } = new(elf, "debug_line_str");

    public DebugSection StringOffsets { get; } = new(elf, "debug_str_offsets");

    public DebugSection Addresses { get; } = new(elf, "debug_addr");

    public DebugSection Ranges { get; } = new(elf, "debug_ranges");

    public DebugSection RangeLists { get; } = new(elf, "debug_rnglists");

    public DebugSection Locations { get; } = new(elf, "debug_loc");

    public DebugSection LocationLists { get; } = new(elf, "debug_loclists");

    /// <summary>The sections of which entries and their locations are read; not that of lines, which the function table
    /// makes up for.</summary>
    public IEnumerable<DebugSection> OfEntries =>
    [
        Information, Abbreviations, Strings, LineStrings, StringOffsets, Addresses, Ranges, RangeLists, Locations,
        LocationLists,
    ];
}
