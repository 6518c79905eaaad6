namespace SideEye.Dwarf;

/// <summary>One row of a line table (DWARF 5 §6.2.2).</summary>
/// <param name="Address">Link-time address from which the row holds.</param>
/// <param name="File">Index for <see cref="LineProgram.FileName"/>.</param>
/// <param name="Line">Line, counted from 1; 0 when the code belongs to none.</param>
/// <param name="Column">Column, counted from 1; 0 when not known (Go never says).</param>
/// <param name="Flags">What is special about the address.</param>
public readonly record struct LineRow(ulong Address, uint File, uint Line, uint Column, LineRowFlags Flags)
{
    /// <summary>A recommended place for a breakpoint.</summary>
    public bool IsStatement => (Flags & LineRowFlags.IsStatement) != 0;

    /// <summary>The first address after a sequence; the row says nothing else.</summary>
    public bool EndSequence => (Flags & LineRowFlags.EndSequence) != 0;

    /// <summary>Where a breakpoint at the entry of the function belongs. In Go: after the stack check.</summary>
    public bool PrologueEnd => (Flags & LineRowFlags.PrologueEnd) != 0;
}

/// <summary>Flags of a row of a line table (DWARF 5 §6.2.2).</summary>
[Flags]
public enum LineRowFlags : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>is_stmt.</summary>
    IsStatement = 1,

    /// <summary>basic_block.</summary>
    BasicBlock = 2,

    /// <summary>end_sequence.</summary>
    EndSequence = 4,

    /// <summary>prologue_end.</summary>
    PrologueEnd = 8,

    /// <summary>epilogue_begin.</summary>
    EpilogueBegin = 16,
}
