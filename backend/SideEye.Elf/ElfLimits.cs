namespace SideEye.Elf;

/// <summary>Bounds on what a foreign ELF file may make us do. Past any of them is a
/// <see cref="BadElfException"/>.</summary>
public sealed record ElfLimits
{
    /// <summary>The limits in use when none are given.</summary>
    public static ElfLimits Default { get; } = new();

    /// <summary>Section headers in one file.</summary>
    public int SectionsMax { get; init; } = 65_536;

    /// <summary>Program headers in one file (core files have one for each mapping).</summary>
    public int SegmentsMax { get; init; } = 262_144;

    /// <summary>Bytes of one section name.</summary>
    public int SectionNameBytesMax { get; init; } = 256;

    /// <summary>Entries of one symbol table.</summary>
    public int SymbolsMax { get; init; } = 16_000_000;

    /// <summary>Bytes of one symbol name; instantiated generics are long.</summary>
    public int SymbolNameBytesMax { get; init; } = 65_536;

    /// <summary>Entries of the relocation table of the dynamic loader.</summary>
    public int RelocationsMax { get; init; } = 16_000_000;

    /// <summary>Bytes of one note's descriptor that is kept (build ids).</summary>
    public int NoteBytesMax { get; init; } = 1_024;

    /// <summary>Bytes of one section after decompression.</summary>
    public long DecompressedSectionBytesMax { get; init; } = 1L << 30;

    /// <summary>Bytes of all sections of one file after decompression.</summary>
    public long DecompressedFileBytesMax { get; init; } = 2L << 30;

    /// <summary>
    /// Decompressed bytes for each compressed byte. Deflate cannot pass 1,032; debug information stays below 20.
    /// </summary>
    public int CompressionRatioMax { get; init; } = 1_032;
}
