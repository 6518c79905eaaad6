using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>A part of a variable that the compiler may keep at a place of its own.</summary>
internal readonly record struct TypeLeaf(long Offset, long Bytes);

/// <summary>
/// How the compiler takes the variables of a type apart (cmd/compile/internal/ssa: CanSSA, decompose.go). A location
/// gives the lengths of the parts that it knows, but not their offsets: those follow from here.
/// </summary>
internal static class TypeLeaves
{
    /// <summary>MaxStruct in ssa/value.go: larger things are never taken apart.</summary>
    private const int WordsMax = 4;
    private const int DepthMax = 16;

    /// <summary>The parts in the order of their offsets; one for a type that is never taken apart, none for a type
    /// without size.</summary>
    public static ImmutableArray<TypeLeaf> Of(GoType type)
    {
        ImmutableArray<TypeLeaf>.Builder leaves = ImmutableArray.CreateBuilder<TypeLeaf>();
        if (type.Size == 0)
            return [];
        if (!IsTakenApart(type, 0))
            return [new TypeLeaf(0, type.Size)];
        Add(type, 0, leaves);
        return leaves.ToImmutable();
    }

    private static bool IsTakenApart(GoType type, int depth)
    {
        if (type.Size > WordsMax * Architecture.PointerSize || depth > DepthMax)
            return false;
        switch (type.Kind)
        {
            case GoKind.Array:
                return type.Length <= 1 && (type.Element is not { } element || IsTakenApart(element, depth + 1));
            case GoKind.Struct:
                if (type.Fields.Length > WordsMax && type.Size > Architecture.PointerSize)
                    return false;
                foreach (GoField field in type.Fields)
                {
                    if (!IsTakenApart(field.Type, depth + 1))
                        return false;
                }

                return true;
            default:
                return true;
        }
    }

    private static void Add(GoType type, long offset, ImmutableArray<TypeLeaf>.Builder leaves)
    {
        if (type.Size == 0)
            return;
        switch (type.Kind)
        {
            case GoKind.String or GoKind.Interface or GoKind.Slice:
                for (long at = 0; at < type.Size; at += Architecture.PointerSize)
                    leaves.Add(new TypeLeaf(offset + at, Architecture.PointerSize));
                break;
            case GoKind.Complex64 or GoKind.Complex128:
                leaves.Add(new TypeLeaf(offset, type.Size / 2));
                leaves.Add(new TypeLeaf(offset + (type.Size / 2), type.Size / 2));
                break;
            case GoKind.Array when type.Element is { } element && type.Length == 1:
                Add(element, offset, leaves);
                break;
            case GoKind.Struct:
                foreach (GoField field in type.Fields)
                    Add(field.Type, offset + field.Offset, leaves);
                break;
            default:
                leaves.Add(new TypeLeaf(offset, type.Size));
                break;
        }
    }
}
