using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>Debug information that contradicts the DWARF standard, or goes beyond what is read here.</summary>
/// <param name="section">Section at fault, such as <c>.debug_info</c>.</param>
/// <param name="offset">Offset in bytes from the start of <paramref name="section"/> (after decompression).</param>
/// <param name="problem">What is wrong, in words.</param>
public sealed class BadDwarfException(string section, ulong offset, string problem)
    : MalformedFileException(section, offset, problem);
