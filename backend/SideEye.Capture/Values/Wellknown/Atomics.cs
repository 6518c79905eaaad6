using SideEye.GoRuntime.Types;

namespace SideEye.Capture.Values.Wellknown;

/// <summary>The types of sync/atomic are shown as what they hold.</summary>
internal static class Atomics
{
    /// <summary>Which kind of atomic a type is, by its name within the package.</summary>
    public static WellknownType Classify(GoType type, ReadOnlySpan<char> name)
    {
        if (Held(type) is not { } held)
            return WellknownType.None;
        if (name.StartsWith("Pointer["))
            return Target(type) is null ? WellknownType.AtomicScalar : WellknownType.AtomicPointer;
        return name switch
        {
            "Bool" => held.Type.Kind == GoKind.Bool ? WellknownType.AtomicScalar : WellknownType.AtomicBool,
            "Int32" or "Int64" or "Uint8" or "Uint32" or "Uint64" or "Uintptr" or "Value" or "UnsafePointer"
                => WellknownType.AtomicScalar,
            _ => WellknownType.None,
        };
    }

    /// <summary>
    /// What an atomic that <see cref="Classify"/> knows holds, and where; null for other types and for
    /// <see cref="WellknownType.AtomicBool"/>, whose integer stands for a bool.
    /// </summary>
    public static (GoType Type, ulong Offset)? Unwrap(GoType type, WellknownType known)
    {
        if (known is not (WellknownType.AtomicScalar or WellknownType.AtomicPointer) || Held(type) is not { } held)
            return null;
        GoType inner = known == WellknownType.AtomicPointer && Target(type) is { } target ? target : held.Type;
        return (inner, (ulong)held.Offset);
    }

    /// <summary>The field that holds the value: v in sync/atomic, value in the runtime's package; of the latter's Bool
    /// u, a Uint8.</summary>
    public static GoField? Held(GoType type)
    {
        foreach (GoField field in type.Fields)
        {
            if (field.Name is "v" or "value" or "u")
                return field;
        }
        return null;
    }

    // sync/atomic.Pointer[T] keeps its T in a blank field of type [0]*T.
    private static GoType? Target(GoType type)
    {
        foreach (GoField field in type.Fields)
        {
            if (field.Type is { Kind: GoKind.Array, Length: 0, Element: { Kind: GoKind.Pointer } pointer })
                return pointer;
        }
        return null;
    }
}
