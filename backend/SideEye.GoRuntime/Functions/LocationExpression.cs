using SideEye.Dwarf;
using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>A DWARF expression as Go's compiler writes it: one place, or places with lengths one after the other.
/// </summary>
internal sealed class LocationExpression
{
    private const string Section = "location expression";
    private const int PiecesMax = 64;

    // DWARF 5 §7.7.1
    private const byte OpAddr = 0x03;
    private const byte OpDeref = 0x06;
    private const byte OpReg0 = 0x50;
    private const byte OpReg31 = 0x6f;
    private const byte OpRegx = 0x90;
    private const byte OpFbreg = 0x91;
    private const byte OpPiece = 0x93;
    private const byte OpCallFrameCfa = 0x9c;
    private const byte OpAddrx = 0xa1;

    private LocationExpression(List<VariablePiece> pieces, bool isComposite, bool isPointer)
    {
        Pieces = pieces;
        IsComposite = isComposite;
        IsPointer = isPointer;
    }

    /// <summary>The places; lengths are 0 when the expression is not composite.</summary>
    public List<VariablePiece> Pieces { get; }

    /// <summary>True when it has DW_OP_piece.</summary>
    public bool IsComposite { get; }

    /// <summary>True when the one place holds a pointer to the variable (DW_OP_deref at the end).</summary>
    public bool IsPointer { get; }

    /// <summary>Reads an expression; null when it is empty or has an operation that Go does not use for places.
    /// </summary>
    /// <exception cref="MalformedFileException">Truncated.</exception>
    public static LocationExpression? Read(ReadOnlySpan<byte> expression, DwarfUnit unit)
    {
        ByteCursor cursor = new(expression, Section);
        List<VariablePiece> pieces = [];
        VariablePiece? pending = null;
        bool isPointer = false;
        bool isComposite = false;
        while (!cursor.AtEnd)
        {
            byte operation = cursor.ReadByte();
            switch (operation)
            {
                case OpPiece:
                    ulong length = cursor.ReadUleb128();
                    if (length > int.MaxValue || pieces.Count >= PiecesMax || isPointer)
                        return null;
                    pieces.Add((pending ?? default) with { Bytes = (int)length });
                    pending = null;
                    isComposite = true;
                    break;
                case OpDeref when pending is not null && !isPointer:
                    isPointer = true;
                    break;
                default:
                    if (pending is not null || Place(operation, ref cursor, unit) is not { } place)
                        return null;
                    pending = place;
                    break;
            }
        }

        // A place behind the last piece would belong to nothing.
        if (isComposite)
            return pending is null ? new LocationExpression(pieces, true, false) : null;
        if (pending is not { } only)
            return null;
        pieces.Add(only);
        return new LocationExpression(pieces, false, isPointer);
    }

    private static VariablePiece? Place(byte operation, ref ByteCursor cursor, DwarfUnit unit) => operation switch
    {
        >= OpReg0 and <= OpReg31 => new VariablePiece(PlaceKind.Register, operation - OpReg0, 0),
        OpRegx => new VariablePiece(PlaceKind.Register, (long)(cursor.ReadUleb128() & int.MaxValue), 0),
        OpFbreg => new VariablePiece(PlaceKind.Frame, cursor.ReadSleb128(), 0),
        OpCallFrameCfa => new VariablePiece(PlaceKind.Frame, 0, 0),
        OpAddr => new VariablePiece(PlaceKind.Global, (long)cursor.ReadUInt64(), 0),
        OpAddrx => new VariablePiece(PlaceKind.Global, (long)unit.AddressAt(cursor.ReadUleb128()), 0),
        _ => null,
    };
}
