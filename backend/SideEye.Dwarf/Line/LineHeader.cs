using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>A file or directory name of a line table and the directory it is in.</summary>
internal readonly record struct LineFile(RawAttribute Name, ulong Directory);

/// <summary>What comes before the opcodes of a line program (DWARF 5 §6.2.4).</summary>
internal sealed class LineHeader
{
    public required UnitEncoding Encoding { get; init; }

    public required ulong ProgramStart { get; init; }

    public required ulong ProgramEnd { get; init; }

    public required byte MinimumInstructionLength { get; init; }

    public required bool DefaultIsStatement { get; init; }

    public required sbyte LineBase { get; init; }

    public required byte LineRange { get; init; }

    public required byte OpcodeBase { get; init; }

    /// <summary>Number of LEB128 arguments by opcode - 1.</summary>
    public required byte[] OpcodeLengths { get; init; }

    public required LineFile[] Directories { get; init; }

    public required LineFile[] Files { get; init; }

    public static LineHeader Read(DebugSections sections, DebugLineOffset offset)
    {
        DebugSection section = sections.Line;
        if (offset.Value >= (ulong)section.Length)
            throw new BadDwarfException(section.Name, offset.Value, "line program lies beyond the end of the section");
        ByteCursor cursor = section.CursorAt((long)offset.Value);
        ulong length = cursor.ReadInitialLength(section.Name, out bool is64);
        if (length > (ulong)cursor.Remaining)
            throw new BadDwarfException(section.Name, offset.Value, "line program passes the end of the section");
        ulong end = (ulong)cursor.Position + length;
        cursor = section.CursorAt(cursor.Position, end);

        int version = cursor.ReadUInt16();
        if (version is < 2 or > 5)
            throw new BadDwarfException(section.Name, offset.Value, $"line table version {version} is not 2 to 5");
        UnitEncoding encoding = new(version, is64);
        if (version >= 5)
            CheckAddressSize(ref cursor, section.Name);
        ulong headerLength = cursor.ReadOffset(encoding);
        if (headerLength > (ulong)cursor.Remaining)
            throw new BadDwarfException(section.Name, offset.Value, "line program header passes the program's end");
        ulong start = (ulong)cursor.Position + headerLength;
        return ReadRest(sections, cursor, encoding, start, end);
    }

    private static LineHeader ReadRest(
        DebugSections sections, ByteCursor cursor, UnitEncoding encoding, ulong start, ulong end)
    {
        string section = sections.Line.Name;
        byte minimumInstructionLength = cursor.ReadByte();
        long at = cursor.Position;
        if (encoding.Version >= 4 && cursor.ReadByte() is var operations and not 1)
            throw new BadDwarfException(section, (ulong)at, $"{operations} operations in one instruction are not read");
        bool defaultIsStatement = cursor.ReadByte() != 0;
        sbyte lineBase = (sbyte)cursor.ReadByte();
        at = cursor.Position;
        byte lineRange = cursor.ReadByte();
        byte opcodeBase = cursor.ReadByte();
        if (lineRange == 0)
            throw new BadDwarfException(section, (ulong)at, "line range is zero");
        if (opcodeBase == 0)
            throw new BadDwarfException(section, (ulong)at + 1, "opcode base is zero");
        byte[] lengths = cursor.ReadBytes(opcodeBase - 1u).ToArray();
        LineFile[] directories;
        LineFile[] files;
        if (encoding.Version >= 5)
        {
            directories = LineFiles.ReadTable(sections, ref cursor, encoding);
            files = LineFiles.ReadTable(sections, ref cursor, encoding);
        }
        else
        {
            directories = LineFiles.ReadOldDirectories(sections, ref cursor);
            files = LineFiles.ReadOldFiles(sections, ref cursor);
        }

        if ((ulong)cursor.Position > start)
            throw new BadDwarfException(section, (ulong)cursor.Position, "line program header is longer than it says");
        return new LineHeader
        {
            Encoding = encoding,
            ProgramStart = start,
            ProgramEnd = end,
            MinimumInstructionLength = minimumInstructionLength,
            DefaultIsStatement = defaultIsStatement,
            LineBase = lineBase,
            LineRange = lineRange,
            OpcodeBase = opcodeBase,
            OpcodeLengths = lengths,
            Directories = directories,
            Files = files,
        };
    }

    private static void CheckAddressSize(ref ByteCursor cursor, string section)
    {
        long at = cursor.Position;
        byte addressSize = cursor.ReadByte();
        byte segmentSelectorSize = cursor.ReadByte();
        if (addressSize != Architecture.PointerSize || segmentSelectorSize != 0)
        {
            throw new BadDwarfException(section, (ulong)at,
                $"address size {addressSize} with segment selector size {segmentSelectorSize} is not read");
        }
    }
}
