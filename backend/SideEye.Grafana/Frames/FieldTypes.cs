using Apache.Arrow.Types;

namespace SideEye.Grafana.Frames;

/// <summary>The three spellings of a field's type: Arrow's, that of frames in JSON, and the word in Arrow metadata.
/// </summary>
internal static class FieldTypes
{
    /// <summary>Times are read as nanoseconds, whatever the type declares, and zones are not looked at.</summary>
    internal static TimestampType Nanoseconds { get; } = new(TimeUnit.Nanosecond, (string?)null);

    internal static IArrowType ArrowOf(FieldType type) => type switch
    {
        FieldType.Int8 => Int8Type.Default,
        FieldType.Int16 => Int16Type.Default,
        FieldType.Int32 => Int32Type.Default,
        FieldType.Int64 => Int64Type.Default,
        FieldType.UInt8 => UInt8Type.Default,
        FieldType.UInt16 or FieldType.Enum => UInt16Type.Default,
        FieldType.UInt32 => UInt32Type.Default,
        FieldType.UInt64 => UInt64Type.Default,
        FieldType.Float32 => FloatType.Default,
        FieldType.Float64 => DoubleType.Default,
        FieldType.String => StringType.Default,
        FieldType.Boolean => BooleanType.Default,
        FieldType.Time => Nanoseconds,
        FieldType.Json => BinaryType.Default,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such field type"),
    };

    /// <summary>The type of an Arrow column, if Grafana reads such columns.</summary>
    internal static FieldType? Of(IArrowType type) => type.TypeId switch
    {
        ArrowTypeId.Int8 => FieldType.Int8,
        ArrowTypeId.Int16 => FieldType.Int16,
        ArrowTypeId.Int32 => FieldType.Int32,
        ArrowTypeId.Int64 => FieldType.Int64,
        ArrowTypeId.UInt8 => FieldType.UInt8,
        ArrowTypeId.UInt16 => FieldType.UInt16,
        ArrowTypeId.UInt32 => FieldType.UInt32,
        ArrowTypeId.UInt64 => FieldType.UInt64,
        ArrowTypeId.Float => FieldType.Float32,
        ArrowTypeId.Double => FieldType.Float64,
        ArrowTypeId.String => FieldType.String,
        ArrowTypeId.Boolean => FieldType.Boolean,
        ArrowTypeId.Binary => FieldType.Json,
        ArrowTypeId.Timestamp when type is TimestampType { Unit: TimeUnit.Nanosecond } => FieldType.Time,
        _ => null,
    };

    /// <summary>What the browser takes it for: number, string, boolean, time, enum or other.</summary>
    internal static string Family(FieldType type) => type switch
    {
        FieldType.String => "string",
        FieldType.Boolean => "boolean",
        FieldType.Time => "time",
        FieldType.Json => "other",
        FieldType.Enum => "enum",
        _ => "number",
    };

    internal static string NameOf(FieldType type) => type switch
    {
        FieldType.Int8 => "int8",
        FieldType.Int16 => "int16",
        FieldType.Int32 => "int32",
        FieldType.Int64 => "int64",
        FieldType.UInt8 => "uint8",
        FieldType.UInt16 => "uint16",
        FieldType.UInt32 => "uint32",
        FieldType.UInt64 => "uint64",
        FieldType.Float32 => "float32",
        FieldType.Float64 => "float64",
        FieldType.String => "string",
        FieldType.Boolean => "bool",
        FieldType.Time => "time.Time",
        FieldType.Json => "json.RawMessage",
        _ => "enum",
    };
}
