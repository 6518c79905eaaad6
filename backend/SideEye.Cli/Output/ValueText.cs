using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SideEye.Store;

namespace SideEye.Cli.Output;

/// <summary>Values of a query as plain text, for CSV and tables.</summary>
internal static class ValueText
{
    /// <summary>The value of a column in the current row; null for NULL.</summary>
    public static string? Of(QueryResult row, int column, QueryColumn about)
    {
        if (row.IsNull(column))
            return null;
        return about.Kind switch
        {
            ColumnKind.Boolean => row.GetBoolean(column) ? "true" : "false",
            ColumnKind.Integer => row.GetInt64(column).ToString(CultureInfo.InvariantCulture),
            ColumnKind.UnsignedInteger => row.GetUInt64(column).ToString(CultureInfo.InvariantCulture),
            ColumnKind.Float => row.GetDouble(column).ToString(CultureInfo.InvariantCulture),
            ColumnKind.Text => row.GetText(column),
            ColumnKind.Time => Time(row.GetTime(column)),
            _ => Boxed(row.GetValue(column)),
        };
    }

    /// <summary>ISO 8601 in UTC, with microseconds: DuckDB's TIMESTAMPTZ has no more.</summary>
    public static string Time(DateTime utc) =>
        utc.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A value that is no list, struct or map.</summary>
    public static string Scalar(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTime time => Time(time),
        DateTimeOffset time => time.ToString("HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture), // TIMETZ
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>Bytes as hexadecimal digits.</summary>
    public static string Bytes(Stream bytes)
    {
        using MemoryStream copy = new();
        bytes.CopyTo(copy);
        return Convert.ToHexStringLower(copy.GetBuffer().AsSpan(0, (int)copy.Length));
    }

    private static string? Boxed(object? value)
    {
        switch (value)
        {
            case null:
                return null;
            case Stream bytes:
                return Bytes(bytes);
            case IEnumerable and not string:
                ArrayBufferWriter<byte> buffer = new();
                using (Utf8JsonWriter json = new(buffer, JsonValues.Options))
                    JsonValues.WriteBoxed(json, value);
                return Encoding.UTF8.GetString(buffer.WrittenSpan);
            default:
                return Scalar(value);
        }
    }
}
