using System.Collections.Immutable;
using SideEye.GoRuntime.Types;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Gives the places of a location expression their offsets in the variable. Go's compiler
/// (cmd/compile/internal/ssa/debug.go writePendingEntry) lists the parts that it knows of without saying which those
/// are: it leaves out a part that is never used (mostly the capacity of a slice), padding always, and the length when
/// there is only one. What more than one reading would explain is <see cref="PlaceKind.Nowhere"/>: a variable is better
/// absent than wrong.
/// </summary>
internal static class VariablePieces
{
    /// <summary>The pieces of a variable of <paramref name="type"/>; default when it is nowhere.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="leaves">What its type is taken apart into.</param>
    /// <param name="expression">The expression.</param>
    /// <param name="isWhole">Says whether one place in the frame is known to be the whole variable.</param>
    public static ImmutableArray<VariablePiece> Of(
        GoType type, ImmutableArray<TypeLeaf> leaves, LocationExpression expression,
        Func<VariablePiece, bool> isWhole)
    {
        List<VariablePiece> pieces = expression.Pieces;
        if (type.Size == 0)
            return [new VariablePiece(PlaceKind.Nowhere, 0, 0)];
        if (type.Size > int.MaxValue)
            return default;
        if (!expression.IsComposite)
        {
            VariablePiece only = pieces[0] with { Bytes = (int)type.Size };
            return leaves.Length == 1 || isWhole(only) ? [only] : default;
        }

        if (pieces.Count > leaves.Length)
            pieces = WithoutDuplicates(pieces);
        if (pieces.Count > leaves.Length)
            pieces = WithoutRepetitions(pieces);
        int[]? leafOf = Match(leaves, pieces);
        return leafOf is null || HasContradiction(type, pieces) ? default : Spread(type, leaves, pieces, leafOf);
    }

    // golang/go#61700: up to Go 1.21, and rarely after, every part is listed twice.
    private static List<VariablePiece> WithoutDuplicates(List<VariablePiece> pieces)
    {
        if (pieces.Count % 2 != 0)
            return pieces;
        List<VariablePiece> once = new(pieces.Count / 2);
        for (int i = 0; i < pieces.Count; i += 2)
        {
            VariablePiece first = pieces[i];
            VariablePiece second = pieces[i + 1];
            if (first.Bytes != second.Bytes)
                return pieces;
            if (first.Kind == PlaceKind.Nowhere)
                once.Add(second);
            else if (second.Kind == PlaceKind.Nowhere || second == first)
                once.Add(first);
            else
                return pieces;
        }

        return once;
    }

    // Go 1.19 also lists single parts several times, one after the other.
    private static List<VariablePiece> WithoutRepetitions(List<VariablePiece> pieces)
    {
        List<VariablePiece> once = [];
        foreach (VariablePiece piece in pieces)
        {
            if (once.Count == 0 || once[^1] != piece)
                once.Add(piece);
        }

        return once;
    }

    /// <summary>The leaf of each piece, when exactly one choice of leaves in order has the lengths of the pieces.
    /// </summary>
    private static int[]? Match(ImmutableArray<TypeLeaf> leaves, List<VariablePiece> pieces)
    {
        if (pieces.Count > leaves.Length)
            return null;
        int[] first = new int[pieces.Count];
        int leaf = 0;
        for (int i = 0; i < pieces.Count; i++, leaf++)
        {
            while (leaf < leaves.Length && leaves[leaf].Bytes != pieces[i].Bytes)
                leaf++;
            if (leaf == leaves.Length)
                return null;
            first[i] = leaf;
        }

        // The first choice takes every leaf as early as possible; the only one is also the latest possible.
        leaf = leaves.Length - 1;
        for (int i = pieces.Count - 1; i >= 0; i--, leaf--)
        {
            while (leaf >= 0 && leaves[leaf].Bytes != pieces[i].Bytes)
                leaf--;
            if (leaf != first[i])
                return null;
        }

        return first;
    }

    // Two parts cannot share a place, save the length and the capacity of a slice that is full.
    private static bool HasContradiction(GoType type, List<VariablePiece> pieces)
    {
        for (int i = 1; i < pieces.Count; i++)
        {
            if (pieces[i].Kind == PlaceKind.Nowhere)
                continue;
            for (int j = 0; j < i; j++)
            {
                bool isFullSlice = type.Kind == GoKind.Slice && j == 1 && i == 2;
                if (pieces[j].Kind == pieces[i].Kind && pieces[j].Value == pieces[i].Value && !isFullSlice)
                    return true;
            }
        }

        return false;
    }

    private static ImmutableArray<VariablePiece> Spread(
        GoType type, ImmutableArray<TypeLeaf> leaves, List<VariablePiece> pieces, int[] leafOf)
    {
        ImmutableArray<VariablePiece>.Builder spread = ImmutableArray.CreateBuilder<VariablePiece>();
        long end = 0;
        bool any = false;
        for (int i = 0; i < pieces.Count; i++)
        {
            long offset = leaves[leafOf[i]].Offset;
            if (offset > end)
                spread.Add(new VariablePiece(PlaceKind.Nowhere, 0, (int)(offset - end)));
            spread.Add(pieces[i]);
            end = offset + pieces[i].Bytes;
            any |= pieces[i].Kind != PlaceKind.Nowhere;
        }

        if (end < type.Size)
            spread.Add(new VariablePiece(PlaceKind.Nowhere, 0, (int)(type.Size - end)));
        return any ? spread.ToImmutable() : default;
    }
}
