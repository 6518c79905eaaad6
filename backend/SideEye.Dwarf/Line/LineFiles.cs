using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>Reads the directory and file tables of line program headers. Names stay where they are.</summary>
internal static class LineFiles
{
    private const ulong Path = 1; // DW_LNCT_path
    private const ulong DirectoryIndex = 2; // DW_LNCT_directory_index

    /// <summary>A table of DWARF 5 §6.2.4.1: a description of the columns, then the rows.</summary>
    public static LineFile[] ReadTable(DebugSections sections, ref ByteCursor cursor, UnitEncoding encoding)
    {
        string section = sections.Line.Name;
        int columnCount = cursor.ReadByte();
        Span<(ulong Content, DwarfForm Form)> columns = stackalloc (ulong, DwarfForm)[columnCount];
        for (int i = 0; i < columnCount; i++)
            columns[i] = (cursor.ReadUleb128(), ReadForm(ref cursor, section));
        long at = cursor.Position;
        ulong count = cursor.ReadUleb128();
        // Every form allowed here takes at least a byte.
        if (count > (ulong)sections.Limits.LineFilesMax || (ulong)columnCount * count > (ulong)cursor.Remaining)
            throw new BadDwarfException(section, (ulong)at, $"{count} names do not fit");
        if (count > 0 && columnCount == 0)
            throw new BadDwarfException(section, (ulong)at, $"{count} names have no contents");

        LineFile[] files = new LineFile[count];
        for (int i = 0; i < files.Length; i++)
        {
            RawAttribute name = default;
            ulong directory = 0;
            foreach ((ulong content, DwarfForm form) in columns)
            {
                RawAttribute value = FormReader.Read(ref cursor, section, form, 0, encoding);
                if (content == Path)
                    name = value;
                else if (content == DirectoryIndex)
                    directory = value.Value;
            }

            files[i] = new LineFile(name, directory);
        }

        return files;
    }

    /// <summary>include_directories of DWARF 4 §6.2.4: strings up to an empty one; numbered from 1.</summary>
    public static LineFile[] ReadOldDirectories(DebugSections sections, ref ByteCursor cursor)
    {
        List<LineFile> directories = [];
        while (ReadName(ref cursor) is { Length: > 0 } name)
        {
            Add(sections, directories, name, 0);
        }

        return directories.ToArray();
    }

    /// <summary>file_names of DWARF 4 §6.2.4: string, directory, time and size, up to an empty string; numbered
    /// from 1.</summary>
    public static LineFile[] ReadOldFiles(DebugSections sections, ref ByteCursor cursor)
    {
        List<LineFile> files = [];
        while (ReadName(ref cursor) is { Length: > 0 } name)
        {
            ulong directory = cursor.ReadUleb128();
            cursor.SkipLeb128();
            cursor.SkipLeb128();
            Add(sections, files, name, directory);
        }

        return files.ToArray();
    }

    private static void Add(DebugSections sections, List<LineFile> files, RawAttribute name, ulong directory)
    {
        if (files.Count >= sections.Limits.LineFilesMax)
        {
            throw new BadDwarfException(sections.Line.Name, name.Position,
                $"table passes the limit of {sections.Limits.LineFilesMax} names");
        }

        files.Add(new LineFile(name, directory));
    }

    private static RawAttribute ReadName(ref ByteCursor cursor)
    {
        ulong position = (ulong)cursor.Position;
        return new RawAttribute(DwarfForm.String, position, cursor.ReadNulTerminated().Length, position);
    }

    private static DwarfForm ReadForm(ref ByteCursor cursor, string section)
    {
        long at = cursor.Position;
        ulong form = cursor.ReadUleb128();
        if (form > ushort.MaxValue || (DwarfForm)form is DwarfForm.FlagPresent or DwarfForm.ImplicitConst)
            throw new BadDwarfException(section, (ulong)at, $"form 0x{form:x} cannot describe a file");
        return (DwarfForm)form;
    }
}
