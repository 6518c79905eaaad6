namespace SideEye.Elf;

/// <summary>One row of the program header table (ELF-64, "Program header table").</summary>
/// <param name="Type">p_type.</param>
/// <param name="Flags">p_flags: 1 execute, 2 write, 4 read.</param>
/// <param name="Offset">p_offset in bytes from the start of the file.</param>
/// <param name="Address">p_vaddr: link-time address.</param>
/// <param name="FileSize">p_filesz: bytes that come from the file.</param>
/// <param name="MemorySize">p_memsz: bytes in memory; those past <paramref name="FileSize"/> start as zero.</param>
/// <param name="Alignment">p_align in bytes.</param>
public sealed record ElfSegment(
    ElfSegmentType Type,
    uint Flags,
    ulong Offset,
    ulong Address,
    ulong FileSize,
    ulong MemorySize,
    ulong Alignment)
{
    /// <summary>True for addresses in the file-backed part of the segment.</summary>
    public bool ContainsFileByte(ulong address) => address - Address < FileSize;

    /// <summary>True for addresses of the segment in memory, those that start as zero included.</summary>
    public bool ContainsMemoryByte(ulong address) => address - Address < MemorySize;
}

/// <summary>p_type values that are read here; others pass through as numbers.</summary>
public enum ElfSegmentType : uint
{
    /// <summary>PT_NULL: an unused header.</summary>
    Null = 0,

    /// <summary>PT_LOAD: mapped into memory.</summary>
    Load = 1,

    /// <summary>PT_DYNAMIC: the dynamic loader's table.</summary>
    Dynamic = 2,

    /// <summary>PT_INTERP: the path of the dynamic loader.</summary>
    Interpreter = 3,

    /// <summary>PT_NOTE: notes such as the build id.</summary>
    Note = 4,

    /// <summary>PT_TLS: the initial image of thread-local storage.</summary>
    ThreadLocal = 7,
}
