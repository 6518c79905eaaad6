namespace SideEye.Elf;

/// <summary>e_type of the ELF header.</summary>
public enum ElfKind : ushort
{
    /// <summary>ET_NONE.</summary>
    None = 0,

    /// <summary>ET_REL: an object file.</summary>
    Relocatable = 1,

    /// <summary>ET_EXEC: a program at a fixed address.</summary>
    Executable = 2,

    /// <summary>ET_DYN: a shared library or a position-independent program.</summary>
    SharedObject = 3,

    /// <summary>ET_CORE: a memory dump.</summary>
    Core = 4,
}
