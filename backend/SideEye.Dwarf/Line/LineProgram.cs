using System.Text;

namespace SideEye.Dwarf;

/// <summary>The line program of a unit (DWARF 5 §6.2): its file table, and its rows when they are enumerated.</summary>
public sealed class LineProgram
{
    private readonly DebugSections sections;
    private readonly DwarfUnit? unit;

    private LineProgram(DebugSections sections, DwarfUnit? unit, DebugLineOffset offset, LineHeader header)
    {
        this.sections = sections;
        this.unit = unit;
        Offset = offset;
        Header = header;
    }

    /// <summary>Where it starts.</summary>
    public DebugLineOffset Offset { get; }

    /// <summary>Version of the line table, 2 to 5; not always that of the unit.</summary>
    public int Version => Header.Encoding.Version;

    /// <summary>Smallest file index that rows use: 1 before version 5.</summary>
    public uint FirstFile => Version >= 5 ? 0u : 1u;

    /// <summary>Number of files.</summary>
    public int FileCount => Header.Files.Length;

    /// <summary>The rows, by running the program.</summary>
    public LineRows Rows => new(sections, Header);

    internal LineHeader Header { get; }

    /// <summary>
    /// The path of a file as rows number it: absolute, or relative in the way the compiler was told (Go's -trimpath
    /// gives <c>runtime/proc.go</c>). Null when the table has no such file.
    /// </summary>
    /// <exception cref="BadDwarfException">The name is out of its section.</exception>
    public string? FileName(uint file)
    {
        long index = (long)file - FirstFile;
        if (index < 0 || index >= Header.Files.Length)
            return null;
        ref readonly LineFile entry = ref Header.Files[index];
        string name = Text(entry.Name);
        if (name.StartsWith('/'))
            return name;
        string? directory = DirectoryName(entry.Directory);
        return directory is null or "" or "." ? name : $"{directory.TrimEnd('/')}/{name}";
    }

    internal static LineProgram Read(DebugSections sections, DwarfUnit? unit, DebugLineOffset offset) =>
        new(sections, unit, offset, LineHeader.Read(sections, offset));

    // Directory 0 is the unit's own; before version 5 it is not in the table (DWARF 5 §6.2.4).
    private string? DirectoryName(ulong index)
    {
        string? own = Version < 5 ? unit?.CompilationDirectory
            : Header.Directories.Length > 0 ? Text(Header.Directories[0].Name)
            : null;
        ulong first = Version >= 5 ? 0u : 1u;
        if (index == 0)
            return own;
        if (index - first >= (ulong)Header.Directories.Length)
            throw new BadDwarfException(sections.Line.Name, Offset.Value, $"directory {index} is not in the table");
        string name = Text(Header.Directories[index - first].Name);
        bool complete = name.StartsWith('/') || own is null or "" or ".";
        return complete ? name : $"{own!.TrimEnd('/')}/{name}";
    }

    private string Text(in RawAttribute name) =>
        Encoding.UTF8.GetString(DebugText.Read(sections, unit, sections.Line, name));
}
