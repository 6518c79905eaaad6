using System.Collections.Immutable;

namespace SideEye.GoRuntime.Functions;

/// <summary>Where a piece of a variable is.</summary>
public enum PlaceKind : byte
{
    /// <summary>Nowhere: the compiler optimised it away here.</summary>
    Nowhere,
    /// <summary>In memory, at an offset from the frame's CFA.</summary>
    Frame,
    /// <summary>In a register; the value is DWARF's register number.</summary>
    Register,
    /// <summary>At a fixed link-time address.</summary>
    Global,
}

/// <summary>A piece of a variable.</summary>
/// <param name="Kind">What <paramref name="Value"/> means.</param>
/// <param name="Value">Offset from the CFA, register number, or address.</param>
/// <param name="Bytes">Length of the piece.</param>
public readonly record struct VariablePiece(PlaceKind Kind, long Value, int Bytes);

/// <summary>
/// Where a variable is while the pc lies in a range. Pieces follow one another and together have the size of the
/// variable's type; what DWARF leaves out or describes inconsistently is <see cref="PlaceKind.Nowhere"/>.
/// </summary>
/// <param name="Low">First link-time pc.</param>
/// <param name="High">First pc behind.</param>
/// <param name="Pieces">The pieces, at least one.</param>
public sealed record VariableLocation(ulong Low, ulong High, ImmutableArray<VariablePiece> Pieces);
