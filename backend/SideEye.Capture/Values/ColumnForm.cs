using SideEye.GoRuntime.Types;
using SideEye.Capture.Values.Wellknown;

namespace SideEye.Capture.Values;

/// <summary>How the values of a captured column are stored.</summary>
public enum ColumnForm : byte
{
    /// <summary>bool.</summary>
    Boolean,
    /// <summary>Integers that fit into 64 signed bits.</summary>
    Int64,
    /// <summary>uint, uint64 and uintptr.</summary>
    UInt64,
    /// <summary>float32 and float64; NaN and infinities stay what they are.</summary>
    Double,
    /// <summary>Text as it is, without quotes.</summary>
    Text,
    /// <summary>A JSON document.</summary>
    Json,
}

/// <summary>Which form a Go type takes.</summary>
public static class ColumnForms
{
    // Behind as many pointers a scalar is still stored as one.
    private const int PointersMax = 8;

    /// <summary>The form of a column of this static type; pointers take the form of what they point to.</summary>
    public static ColumnForm Of(GoType type)
    {
        for (int i = 0; i < PointersMax; i++)
        {
            WellknownType known = WellknownTypes.Of(type);
            if (WellknownTypes.IsText(known))
                return ColumnForm.Text;
            if (Atomics.Unwrap(type, known) is { } inner)
                type = inner.Type;
            else if (known == WellknownType.AtomicBool)
                return ColumnForm.Boolean;
            else if (known == WellknownType.None && type.Kind == GoKind.Pointer && type.Element is { } element)
                type = element;
            else
                return known == WellknownType.None ? OfKind(type) : ColumnForm.Json;
        }
        return ColumnForm.Json;
    }

    private static ColumnForm OfKind(GoType type) => type.Kind switch
    {
        GoKind.Bool => ColumnForm.Boolean,
        GoKind.Int or GoKind.Int8 or GoKind.Int16 or GoKind.Int32 or GoKind.Int64
            or GoKind.Uint8 or GoKind.Uint16 or GoKind.Uint32 => ColumnForm.Int64,
        GoKind.Uint or GoKind.Uint64 or GoKind.Uintptr => ColumnForm.UInt64,
        GoKind.Float32 or GoKind.Float64 => ColumnForm.Double,
        GoKind.Complex64 or GoKind.Complex128 or GoKind.String or GoKind.Func or GoKind.UnsafePointer
            => ColumnForm.Text,
        GoKind.Slice or GoKind.Array when type.Element?.Kind == GoKind.Uint8 => ColumnForm.Text,
        _ => ColumnForm.Json,
    };
}
