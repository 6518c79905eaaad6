using System.Collections.Immutable;
using SideEye.Dwarf;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Where a variable is, from a DWARF expression or a list of them. Only what the Go compilers emit is understood
/// (cmd/compile/internal/ssa/debug.go); what they are known to describe wrongly or in parts is nowhere rather than
/// somewhere else.
/// </summary>
internal static class LocationReader
{
    private const int PiecesMax = 256;
    private const int WordBytes = 8;

    // DW_OP codes, DWARF 5 §7.7.1.
    private const byte Addr = 0x03;
    private const byte Reg0 = 0x50;
    private const byte Reg31 = 0x6f;
    private const byte RegX = 0x90;
    private const byte FbReg = 0x91;
    private const byte Piece = 0x93;
    private const byte CallFrameCfa = 0x9c;
    private const byte Addrx = 0xa1;

    /// <summary>The places of a variable, sorted by pc.</summary>
    /// <param name="unit">The unit of the entry.</param>
    /// <param name="location">Its DW_AT_location.</param>
    /// <param name="type">What lies there: of an escaped variable the pointer to it.</param>
    /// <param name="whole">The pcs for which a location that is no list holds.</param>
    public static ImmutableArray<VariableLocation> Read(
        DwarfUnit unit, in AttributeValue location, GoType type, ImmutableArray<PcSpan> whole)
    {
        ImmutableArray<VariableLocation>.Builder places = ImmutableArray.CreateBuilder<VariableLocation>();
        if (!location.IsList)
        {
            if (location.Class is AttributeClass.Block or AttributeClass.Expression)
            {
                ImmutableArray<VariablePiece> pieces = Pieces(unit, location.AsBlock(), type, isOfList: false);
                foreach (PcSpan span in whole)
                    places.Add(new VariableLocation(span.Low, span.High, pieces));
            }
            return places.ToImmutable();
        }
        foreach (LocationEntry entry in DwarfFile.ReadLocations(unit, location))
        {
            if (entry.Range.High > entry.Range.Low)
            {
                places.Add(new VariableLocation(
                    entry.Range.Low, entry.Range.High, Pieces(unit, entry.Expression, type, isOfList: true)));
            }
        }
        places.Sort(static (left, right) => left.Low.CompareTo(right.Low));
        return places.ToImmutable();
    }

    private static ImmutableArray<VariablePiece> Pieces(
        DwarfUnit unit, ReadOnlySpan<byte> expression, GoType type, bool isOfList)
    {
        List<VariablePiece> pieces = [];
        bool isComposite = false;
        ByteCursor cursor = new(expression, ".debug_loc");
        VariablePiece next = default;
        while (!cursor.AtEnd)
        {
            byte operation = cursor.ReadByte();
            if (operation == Piece)
            {
                ulong bytes = cursor.ReadUleb128();
                if (bytes > (ulong)type.Size || pieces.Count == PiecesMax)
                    return Nowhere(type);
                isComposite = true;
                pieces.Add(next with { Bytes = (int)bytes });
                next = default;
            }
            else if (next.Kind != PlaceKind.Nowhere || !TryPlace(unit, operation, ref cursor, out next))
            {
                return Nowhere(type);
            }
        }
        if (isComposite)
            return next.Kind == PlaceKind.Nowhere ? Whole(pieces, type) : Nowhere(type);
        // A list that gives one place for several words means one component of them, and does not say which.
        bool isAmbiguous = isOfList && type.Size > WordBytes;
        return isAmbiguous || next.Kind == PlaceKind.Nowhere || type.Size > int.MaxValue
            ? Nowhere(type) : [next with { Bytes = (int)type.Size }];
    }

    private static bool TryPlace(DwarfUnit unit, byte operation, ref ByteCursor cursor, out VariablePiece place)
    {
        place = operation switch
        {
            CallFrameCfa => new VariablePiece(PlaceKind.Frame, 0, 0),
            FbReg => new VariablePiece(PlaceKind.Frame, cursor.ReadSleb128(), 0),
            >= Reg0 and <= Reg31 => new VariablePiece(PlaceKind.Register, operation - Reg0, 0),
            RegX => new VariablePiece(PlaceKind.Register, (long)cursor.ReadUleb128(), 0),
            Addr => new VariablePiece(PlaceKind.Global, (long)cursor.ReadUInt64(), 0),
            Addrx => new VariablePiece(PlaceKind.Global, (long)unit.AddressAt(cursor.ReadUleb128()), 0),
            _ => default,
        };
        return place.Kind != PlaceKind.Nowhere;
    }

    /// <summary>
    /// Pieces that together are the variable. Go up to 1.21 listed each twice (golang/go#61700); a slice whose capacity
    /// is dead lacks its last word; everything else that does not add up cannot be trusted.
    /// </summary>
    private static ImmutableArray<VariablePiece> Whole(List<VariablePiece> pieces, GoType type)
    {
        long sum = 0;
        foreach (VariablePiece piece in pieces)
            sum += piece.Bytes;
        if (sum == 2 * type.Size && pieces.Count % 2 == 0)
        {
            pieces = WithoutTwins(pieces);
            sum = 0;
            foreach (VariablePiece piece in pieces)
                sum += piece.Bytes;
        }
        if (type.Kind == GoKind.Slice && sum == type.Size - WordBytes && pieces.Count == 2)
        {
            pieces.Add(new VariablePiece(PlaceKind.Nowhere, 0, WordBytes));
            sum = type.Size;
        }
        return sum == type.Size ? [.. pieces] : Nowhere(type);
    }

    private static List<VariablePiece> WithoutTwins(List<VariablePiece> pieces)
    {
        int half = pieces.Count / 2;
        List<VariablePiece> first = pieces[..half];
        if (first.SequenceEqual(pieces[half..]))
            return first;
        List<VariablePiece> single = [];
        for (int i = 0; i < pieces.Count; i += 2)
        {
            if (pieces[i] != pieces[i + 1])
                return [];
            single.Add(pieces[i]);
        }
        return single;
    }

    private static ImmutableArray<VariablePiece> Nowhere(GoType type) =>
        [new VariablePiece(PlaceKind.Nowhere, 0, (int)Math.Min(type.Size, int.MaxValue))];
}
