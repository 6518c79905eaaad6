using System.Text;

namespace SideEye.Elf;

/// <summary>One row of .symtab (ELF-64, "Symbol table").</summary>
public readonly struct ElfSymbol
{
    private readonly ElfSymbolTable table;
    private readonly uint nameOffset;

    internal ElfSymbol(
        ElfSymbolTable table, uint nameOffset, byte information, uint sectionIndex, ulong value, ulong size)
    {
        this.table = table;
        this.nameOffset = nameOffset;
        Kind = (ElfSymbolKind)(information & 0xf);
        IsLocal = information >> 4 == 0;
        SectionIndex = sectionIndex;
        Value = value;
        Size = size;
    }

    /// <summary>Link-time address of a function or variable.</summary>
    public ulong Value { get; }

    /// <summary>Size in bytes, 0 when unknown.</summary>
    public ulong Size { get; }

    /// <summary>Index of the section it lies in; 0 undefined, 0xfff1 absolute.</summary>
    public uint SectionIndex { get; }

    /// <summary>What it names.</summary>
    public ElfSymbolKind Kind { get; }

    /// <summary>STB_LOCAL: not visible to other object files when linked.</summary>
    public bool IsLocal { get; }

    /// <summary>True when it lies in this file (not SHN_UNDEF).</summary>
    public bool IsDefined => SectionIndex != 0;

    /// <summary>The name as stored, without a string being made.</summary>
    /// <exception cref="BadElfException">Name out of the string table's bounds or too long.</exception>
    public ReadOnlySpan<byte> Utf8Name => table.NameAt(nameOffset);

    /// <summary>The name.</summary>
    /// <exception cref="BadElfException">Name out of the string table's bounds or too long.</exception>
    public string Name => Encoding.UTF8.GetString(Utf8Name);
}

/// <summary>Low half of st_info; others pass through as numbers.</summary>
public enum ElfSymbolKind : byte
{
    /// <summary>STT_NOTYPE.</summary>
    None = 0,

    /// <summary>STT_OBJECT: a variable.</summary>
    Variable = 1,

    /// <summary>STT_FUNC: a function.</summary>
    Function = 2,

    /// <summary>STT_SECTION: a section.</summary>
    Section = 3,

    /// <summary>STT_FILE: a source file.</summary>
    File = 4,

    /// <summary>STT_TLS: an offset in thread-local storage.</summary>
    ThreadLocal = 6,
}
