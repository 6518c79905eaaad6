using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;

namespace SideEye.Probes.Lowering;

/// <summary>
/// Where the bytes of a value lie from the base of a routine: in one stretch within an object, or scattered over a
/// frame.
/// </summary>
internal readonly struct Place
{
    private readonly ImmutableArray<VariablePiece> pieces;
    private readonly long start;

    private Place(ImmutableArray<VariablePiece> pieces, long start)
    {
        this.pieces = pieces;
        this.start = start;
    }

    /// <summary>In one stretch from this offset on.</summary>
    public static Place At(long offset) => new(default, offset);

    /// <summary>As the pieces of a variable lie in its frame.</summary>
    public static Place In(ImmutableArray<VariablePiece> pieces) => new(pieces, 0);

    /// <summary>The place of what lies so many bytes further in the value.</summary>
    public Place Plus(long offset) => new(pieces, start + offset);

    /// <summary>Offset from the base of the word that begins so many bytes into the value; false when it is nowhere
    /// or not in one piece.</summary>
    public bool TryWord(long offset, out int position) => TryFind(offset, sizeof(ulong), out position);

    /// <summary>As <see cref="TryWord"/>, for one byte.</summary>
    public bool TryByte(long offset, out int position) => TryFind(offset, 1, out position);

    private bool TryFind(long offset, int bytes, out int position)
    {
        long at = start + offset;
        position = (int)at;
        if (pieces.IsDefault)
            return at is >= int.MinValue and <= int.MaxValue;
        long covered = 0;
        foreach (VariablePiece piece in pieces)
        {
            if (at >= covered && at + bytes <= covered + piece.Bytes)
            {
                position = (int)(piece.Value + at - covered);
                return piece.Kind == PlaceKind.Frame;
            }
            covered += piece.Bytes;
        }
        return false;
    }
}
