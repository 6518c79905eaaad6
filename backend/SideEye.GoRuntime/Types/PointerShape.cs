namespace SideEye.GoRuntime.Types;

/// <summary>
/// Which types an interface holds in its data word itself (cmd/compile/internal/types, IsDirectIface): pointers, maps,
/// channels, functions, and structs and arrays of exactly one of them; from Go 1.26 on also those with fields of no
/// size beside it.
/// </summary>
/// <param name="skipsEmpty">True from Go 1.26 on.</param>
public sealed class PointerShape(bool skipsEmpty)
{
    private const int DepthMax = 32;

    /// <summary>The rule of a Go version.</summary>
    public static PointerShape For(GoVersion version) => new(version.Minor >= 26);

    /// <summary>The pointer within the type, or the type itself; null when an interface points to it.</summary>
    public GoType? Of(GoType type)
    {
        for (int depth = 0; depth < DepthMax; depth++)
        {
            switch (type.Kind)
            {
                case GoKind.Pointer or GoKind.Map or GoKind.Chan or GoKind.Func or GoKind.UnsafePointer:
                    return type;
                case GoKind.Array when type is { Length: 1, Element: { } element }:
                    type = element;
                    break;
                case GoKind.Struct when type.Size == sizeof(ulong) && Only(type) is { } only:
                    type = only;
                    break;
                default:
                    return null;
            }
        }
        return null;
    }

    private GoType? Only(GoType type)
    {
        GoType? only = null;
        foreach (GoField field in type.Fields)
        {
            if (field.Type.Size == 0 && skipsEmpty)
                continue;
            if (only is not null)
                return null;
            only = field.Type;
        }
        return only;
    }
}
