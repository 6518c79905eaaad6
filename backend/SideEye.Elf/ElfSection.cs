namespace SideEye.Elf;

/// <summary>One row of the section header table (ELF-64, "Sections").</summary>
/// <param name="Index">Position in the table; what symbols and sh_link refer to.</param>
/// <param name="Name">Name from the section name string table.</param>
/// <param name="Type">sh_type.</param>
/// <param name="Flags">sh_flags.</param>
/// <param name="Address">sh_addr: link-time address, 0 when the section is not loaded.</param>
/// <param name="Offset">sh_offset in bytes from the start of the file.</param>
/// <param name="Size">sh_size in bytes: in the file, or in memory for <see cref="ElfSectionType.NoBits"/>.</param>
/// <param name="Link">sh_link: for symbol tables the index of their string table.</param>
/// <param name="Information">sh_info.</param>
/// <param name="Alignment">sh_addralign in bytes.</param>
/// <param name="EntrySize">sh_entsize in bytes, 0 when the section is no table.</param>
public sealed record ElfSection(
    int Index,
    string Name,
    ElfSectionType Type,
    ulong Flags,
    ulong Address,
    ulong Offset,
    ulong Size,
    uint Link,
    uint Information,
    ulong Alignment,
    ulong EntrySize)
{
    private const ulong CompressedFlag = 0x800; // SHF_COMPRESSED

    /// <summary>True when the bytes in the file start with a compression header (SHF_COMPRESSED).</summary>
    public bool IsCompressed => (Flags & CompressedFlag) != 0;

    /// <summary>False for sections that take up no room in the file (.bss; everything but debug information in a
    /// separate debug file).</summary>
    public bool HasFileBytes => Type is not (ElfSectionType.NoBits or ElfSectionType.Null);
}

/// <summary>sh_type values that are read here; others pass through as numbers.</summary>
public enum ElfSectionType : uint
{
    /// <summary>SHT_NULL: an unused header.</summary>
    Null = 0,

    /// <summary>SHT_PROGBITS: contents defined by the program.</summary>
    ProgramBits = 1,

    /// <summary>SHT_SYMTAB: the linker's symbol table.</summary>
    SymbolTable = 2,

    /// <summary>SHT_STRTAB: strings.</summary>
    StringTable = 3,

    /// <summary>SHT_RELA: relocations with addends.</summary>
    RelocationsWithAddends = 4,

    /// <summary>SHT_DYNAMIC: what the dynamic loader reads.</summary>
    Dynamic = 6,

    /// <summary>SHT_NOTE: notes such as the build id.</summary>
    Note = 7,

    /// <summary>SHT_NOBITS: no bytes in the file.</summary>
    NoBits = 8,

    /// <summary>SHT_DYNSYM: the dynamic loader's symbol table.</summary>
    DynamicSymbols = 11,

    /// <summary>SHT_SYMTAB_SHNDX: section indexes of symbols that do not fit in 16 bits.</summary>
    SymbolSectionIndexes = 18,
}
