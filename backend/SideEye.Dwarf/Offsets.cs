namespace SideEye.Dwarf;

/// <summary>An offset in bytes from the start of .debug_info: where a unit or an entry is.</summary>
/// <param name="Value">Bytes.</param>
public readonly record struct DebugInfoOffset(ulong Value)
{
    /// <summary>Hexadecimal, as llvm-dwarfdump prints it.</summary>
    public override string ToString() => $".debug_info+0x{Value:x}";
}

/// <summary>An offset in bytes from the start of .debug_abbrev: where an abbreviation table is.</summary>
/// <param name="Value">Bytes.</param>
public readonly record struct DebugAbbrevOffset(ulong Value);

/// <summary>An offset in bytes from the start of .debug_line: where a line program is.</summary>
/// <param name="Value">Bytes.</param>
public readonly record struct DebugLineOffset(ulong Value);
