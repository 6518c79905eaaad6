namespace SideEye.Target;

/// <summary>
/// A file or table we were given does not hold what its format promises. The message names the section and the
/// offset in it, so that a person can look at the very byte with readelf or hexdump.
/// </summary>
public class MalformedFileException : Exception
{
    /// <summary>Builds the message <c>section+0xoffset: problem</c>.</summary>
    public MalformedFileException(string section, ulong offset, string problem)
        : base($"{section}+0x{offset:x}: {problem}")
    {
        Section = section;
        Offset = offset;
    }

    /// <summary>Section or table name, such as <c>.debug_info</c> or <c>ELF header</c>.</summary>
    public string Section { get; }

    /// <summary>Offset in bytes from the start of the section.</summary>
    public ulong Offset { get; }
}
