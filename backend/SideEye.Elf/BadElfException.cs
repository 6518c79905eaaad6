using SideEye.Target;

namespace SideEye.Elf;

/// <summary>An ELF file that contradicts the ELF-64 specification, or one outside of what is read here.</summary>
/// <param name="section">Section or table at fault, such as <c>ELF header</c> or <c>.symtab</c>.</param>
/// <param name="offset">Offset in bytes from the start of <paramref name="section"/>.</param>
/// <param name="problem">What is wrong, in words.</param>
public sealed class BadElfException(string section, ulong offset, string problem)
    : MalformedFileException(section, offset, problem);
