using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using SideEye.Store;

namespace SideEye.Cli.Output;

/// <summary>Values of a query as JSON.</summary>
internal static class JsonValues
{
    /// <summary>For programs that read JSON, not for embedding in HTML: text stays readable.</summary>
    public static JsonWriterOptions Options { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the value of a column in the current row, without boxing where the type allows.</summary>
    public static void Write(Utf8JsonWriter json, QueryResult row, int column, QueryColumn about)
    {
        if (row.IsNull(column))
        {
            json.WriteNullValue();
            return;
        }
        switch (about.Kind)
        {
            case ColumnKind.Boolean: json.WriteBooleanValue(row.GetBoolean(column)); break;
            case ColumnKind.Integer: json.WriteNumberValue(row.GetInt64(column)); break;
            case ColumnKind.UnsignedInteger: json.WriteNumberValue(row.GetUInt64(column)); break;
            case ColumnKind.Float: WriteFloat(json, row.GetDouble(column)); break;
            case ColumnKind.Text: json.WriteStringValue(row.GetText(column)); break;
            case ColumnKind.Time: json.WriteStringValue(ValueText.Time(row.GetTime(column))); break;
            default: WriteBoxed(json, row.GetValue(column)); break;
        }
    }

    /// <summary>Writes a value of any type that DuckDB returns, lists and structs included.</summary>
    public static void WriteBoxed(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null or DBNull: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case double number: WriteFloat(json, number); break;
            case float number: WriteFloat(json, number); break;
            case decimal or BigInteger or long or int or short or sbyte or ulong or uint or ushort or byte:
                json.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case IDictionary map: WriteMap(json, map); break;
            case Stream bytes: json.WriteStringValue(ValueText.Bytes(bytes)); break;
            case IEnumerable items:
                json.WriteStartArray();
                foreach (object? item in items)
                    WriteBoxed(json, item);
                json.WriteEndArray();
                break;
            default: json.WriteStringValue(ValueText.Scalar(value)); break;
        }
    }

    private static void WriteMap(Utf8JsonWriter json, IDictionary map)
    {
        json.WriteStartObject();
        foreach (DictionaryEntry entry in map)
        {
            json.WritePropertyName(ValueText.Scalar(entry.Key));
            WriteBoxed(json, entry.Value);
        }
        json.WriteEndObject();
    }

    /// <summary>JSON has no word for NaN and the infinities: they are text; null would say unknown.</summary>
    private static void WriteFloat(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }
}
