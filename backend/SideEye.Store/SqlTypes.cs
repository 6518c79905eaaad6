using Apache.Arrow;
using Apache.Arrow.Types;

namespace SideEye.Store;

/// <summary>Which DuckDB column type holds each Arrow type; what is not listed here cannot be stored.</summary>
internal static class SqlTypes
{
    /// <summary>The key of Arrow metadata that says what text is: <c>JSON</c>, or nothing special.</summary>
    public const string TypeKey = "type";

    /// <summary>The SQL name of the column type for a field, whose metadata may say that text is JSON.</summary>
    /// <exception cref="ArgumentException">The Arrow type has no column type here.</exception>
    public static string NameOf(Field field) =>
        field.DataType is StringType && field.HasMetadata
            && field.Metadata.TryGetValue(TypeKey, out string? type) && type == "JSON"
            ? "JSON" : NameOf(field.DataType);

    /// <summary>The SQL name of the column type for <paramref name="type"/>.</summary>
    /// <exception cref="ArgumentException">The Arrow type has no column type here.</exception>
    public static string NameOf(IArrowType type) => type switch
    {
        BooleanType => "BOOLEAN",
        Int8Type => "TINYINT",
        Int16Type => "SMALLINT",
        Int32Type => "INTEGER",
        Int64Type => "BIGINT",
        UInt8Type => "UTINYINT",
        UInt16Type => "USMALLINT",
        UInt32Type => "UINTEGER",
        UInt64Type => "UBIGINT",
        FloatType => "FLOAT",
        DoubleType => "DOUBLE",
        StringType => "VARCHAR",
        BinaryType => "BLOB",
        TimestampType { Timezone: { Length: > 0 } } => "TIMESTAMPTZ",
        TimestampType { Unit: TimeUnit.Nanosecond } => "TIMESTAMP_NS",
        TimestampType { Unit: TimeUnit.Microsecond } => "TIMESTAMP",
        _ => throw new ArgumentException($"Arrow type {type.Name} cannot be stored in a snapshot file."),
    };

    /// <summary>An SQL identifier in double quotes.</summary>
    public static string Quote(string identifier) => '"' + identifier.Replace("\"", "\"\"") + '"';

    /// <summary>An SQL string literal in single quotes.</summary>
    public static string Literal(string text) => '\'' + text.Replace("'", "''") + '\'';
}
