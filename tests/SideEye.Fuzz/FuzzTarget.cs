namespace SideEye.Fuzz;

/// <summary>
/// A reader that must survive any bytes: it succeeds or throws MalformedFileException, soon and within bounded memory.
/// </summary>
/// <param name="Name">Name on the command line and of the folder with its seeds.</param>
/// <param name="Walk">Opens the input and reads everything in it.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Walk)
{
    /// <summary>All targets; a new reader is one more line.</summary>
    public static readonly FuzzTarget[] All =
    [
        new("elf", ElfWalk.Run),
        new("dwarf", DwarfWalk.Run),
        new("pclntab", PclntabWalk.Run),
    ];
}
