using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>
/// Runs a line program (DWARF 5 §6.2.5) and stops at each row, for use with foreach. Addresses ascend within a
/// sequence; sequences come in any order. Nothing is allocated.
/// </summary>
public ref struct LineRows
{
    private readonly LineHeader header;
    private readonly string section;
    private readonly int rowsMax;
    private ByteCursor bytes;
    private ulong address;
    private uint file;
    private uint line;
    private uint column;
    private LineRowFlags flags;
    private int rows;

    internal LineRows(DebugSections sections, LineHeader header)
    {
        this.header = header;
        section = sections.Line.Name;
        rowsMax = sections.Limits.LineRowsMax;
        bytes = sections.Line.CursorAt((long)header.ProgramStart, header.ProgramEnd);
        Reset();
    }

    /// <summary>The row at this position.</summary>
    public LineRow Current { get; private set; }

    /// <summary>Itself.</summary>
    public readonly LineRows GetEnumerator() => this;

    /// <summary>Runs up to the next row; false at the end of the program.</summary>
    /// <exception cref="MalformedFileException">Truncated, or over a limit.</exception>
    public bool MoveNext()
    {
        while (!bytes.AtEnd)
        {
            byte opcode = bytes.ReadByte();
            bool row;
            if (opcode >= header.OpcodeBase)
                row = RunSpecial(opcode);
            else if (opcode == 0)
                row = RunExtended();
            else
                row = RunStandard(opcode);
            if (row)
                return true;
        }

        return false;
    }

    private void Reset()
    {
        address = 0;
        file = 1;
        line = 1;
        column = 0;
        flags = header.DefaultIsStatement ? LineRowFlags.IsStatement : LineRowFlags.None;
    }

    // DWARF 5 §6.2.5.1: one byte advances both address and line.
    private bool RunSpecial(byte opcode)
    {
        int adjusted = opcode - header.OpcodeBase;
        Advance((ulong)(adjusted / header.LineRange));
        line = unchecked((uint)(line + header.LineBase + adjusted % header.LineRange));
        return AppendRow();
    }

    // DWARF 5 §6.2.5.2.
    private bool RunStandard(byte opcode)
    {
        switch (opcode)
        {
            case 1: // copy
                return AppendRow();
            case 2: // advance_pc
                Advance(bytes.ReadUleb128());
                break;
            case 3: // advance_line
                line = unchecked((uint)(line + bytes.ReadSleb128()));
                break;
            case 4: // set_file
                file = Narrow(bytes.ReadUleb128());
                break;
            case 5: // set_column
                column = Narrow(bytes.ReadUleb128());
                break;
            case 6: // negate_stmt
                flags ^= LineRowFlags.IsStatement;
                break;
            case 7: // set_basic_block
                flags |= LineRowFlags.BasicBlock;
                break;
            case 8: // const_add_pc
                Advance((ulong)((255 - header.OpcodeBase) / header.LineRange));
                break;
            case 9: // fixed_advance_pc
                address = unchecked(address + bytes.ReadUInt16());
                break;
            case 10: // set_prologue_end
                flags |= LineRowFlags.PrologueEnd;
                break;
            case 11: // set_epilogue_begin
                flags |= LineRowFlags.EpilogueBegin;
                break;
            default: // set_isa and what later standards add: the header tells the number of arguments
                for (int i = header.OpcodeLengths[opcode - 1]; i > 0; i--)
                    bytes.SkipLeb128();
                break;
        }

        return false;
    }

    // DWARF 5 §6.2.5.3: zero, the length, and the opcode with its arguments.
    private bool RunExtended()
    {
        ulong length = bytes.ReadUleb128();
        long start = bytes.Position;
        if (length == 0 || length > (ulong)bytes.Remaining)
            throw new BadDwarfException(section, (ulong)start, $"extended opcode of {length} bytes does not fit");
        byte opcode = bytes.ReadByte();
        bool row = false;
        switch (opcode)
        {
            case 1: // end_sequence
                flags |= LineRowFlags.EndSequence;
                row = AppendRow();
                Reset();
                break;
            case 2: // set_address
                if (length != 1 + Architecture.PointerSize)
                    throw new BadDwarfException(section, (ulong)start, $"address of {length - 1} bytes is not read");
                address = bytes.ReadUInt64();
                break;
        }

        // define_file, set_discriminator and vendors' own say nothing about rows.
        bytes.Position = start + (long)length;
        return row;
    }

    private bool AppendRow()
    {
        if (rows++ >= rowsMax)
            throw new BadDwarfException(section, (ulong)bytes.Position, $"line table has more than {rowsMax} rows");
        Current = new LineRow(address, file, line, column, flags);
        flags &= LineRowFlags.IsStatement;
        return true;
    }

    private void Advance(ulong operations) =>
        address = unchecked(address + operations * header.MinimumInstructionLength);

    private static uint Narrow(ulong number) => (uint)Math.Min(number, uint.MaxValue);
}
