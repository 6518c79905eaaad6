using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;

namespace SideEye.Grafana.Frames;

/// <summary>Frames as JSON documents, which is how they travel in live channels.</summary>
public static class LiveFrames
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Encodes a frame: its schema, then its values by column.</summary>
    public static ReadOnlyMemory<byte> Encode(DataFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, Options))
        {
            json.WriteStartObject();
            WriteSchema(json, frame);
            json.WriteStartObject("data");
            json.WriteStartArray("values");
            foreach (Field field in frame.Fields)
                WriteValues(json, field);
            json.WriteEndArray();
            if (frame.Fields.Any(HasEntities))
                WriteSlots(json, "entities", frame, HasEntities, WriteEntities);
            if (frame.Fields.Any(HasNanos))
                WriteSlots(json, "nanos", frame, HasNanos, WriteNanos);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static void WriteSchema(Utf8JsonWriter json, DataFrame frame)
    {
        json.WriteStartObject("schema");
        json.WriteString("name", frame.Name);
        json.WriteString("refId", frame.RefId);
        if (frame.Meta is FrameMeta meta)
        {
            json.WritePropertyName("meta");
            JsonSerializer.Serialize(json, meta, FrameJsonContext.Default.FrameMeta);
        }
        json.WriteStartArray("fields");
        foreach (Field field in frame.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WriteString("type", FieldTypes.Family(field.Type));
            json.WriteStartObject("typeInfo");
            json.WriteString("frame", FieldTypes.NameOf(field.Type));
            if (field.IsNullable)
                json.WriteBoolean("nullable", true);
            json.WriteEndObject();
            WriteLabelsAndConfig(json, field);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLabelsAndConfig(Utf8JsonWriter json, Field field)
    {
        if (field.Labels.Count > 0)
        {
            json.WritePropertyName("labels");
            JsonSerializer.Serialize(json, field.Labels, FrameJsonContext.Default.IReadOnlyDictionaryStringString);
        }
        if (field.Config is FieldConfig config)
        {
            json.WritePropertyName("config");
            JsonSerializer.Serialize(json, config, FrameJsonContext.Default.FieldConfig);
        }
    }

    private static void WriteValues(Utf8JsonWriter json, Field field)
    {
        json.WriteStartArray();
        for (int row = 0; row < field.Length; row++)
        {
            if (field.Values.IsNull(row))
                json.WriteNullValue();
            else
                WriteValue(json, field, row);
        }
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, Field field, int row)
    {
        switch (field.Values)
        {
            case StringArray values:
                json.WriteStringValue(values.GetString(row));
                break;
            case BooleanArray values:
                json.WriteBooleanValue(values.GetValue(row) == true);
                break;
            case TimestampArray values:
                json.WriteNumberValue(Milliseconds(values.GetValue(row) ?? 0));
                break;
            case BinaryArray values:
                WriteDocument(json, values.GetBytes(row));
                break;
            case Int64Array values:
                json.WriteNumberValue(values.GetValue(row) ?? 0);
                break;
            case UInt64Array values:
                json.WriteNumberValue(values.GetValue(row) ?? 0);
                break;
            default:
                if (field.NumberAt(row) is double number && double.IsFinite(number))
                    json.WriteNumberValue(number);
                else
                    json.WriteNullValue();
                break;
        }
    }

    /// <summary>A cell that is no JSON breaks no packet: it is null, as it would be in a table.</summary>
    private static void WriteDocument(Utf8JsonWriter json, ReadOnlySpan<byte> document)
    {
        Utf8JsonReader reader = new(document);
        try
        {
            if (JsonElement.TryParseValue(ref reader, out JsonElement? value)
                && reader.BytesConsumed == document.Length)
            {
                value.Value.WriteTo(json);
            }
            else
            {
                json.WriteNullValue();
            }
        }
        catch (JsonException)
        {
            json.WriteNullValue();
        }
    }

    private static void WriteSlots(
        Utf8JsonWriter json, string name, DataFrame frame, Func<Field, bool> has, Action<Utf8JsonWriter, Field> write)
    {
        json.WriteStartArray(name);
        foreach (Field field in frame.Fields)
        {
            if (has(field))
                write(json, field);
            else
                json.WriteNullValue();
        }
        json.WriteEndArray();
    }

    private static bool HasEntities(Field field) =>
        field.Type is FieldType.Float32 or FieldType.Float64
        && Rows(field).Any(row => field.NumberAt(row) is double number && !double.IsFinite(number));

    /// <summary>Numbers that JSON cannot write, by the rows that hold them.</summary>
    private static void WriteEntities(Utf8JsonWriter json, Field field)
    {
        json.WriteStartObject();
        WriteRows(json, "NaN", field, double.IsNaN);
        WriteRows(json, "Inf", field, double.IsPositiveInfinity);
        WriteRows(json, "NegInf", field, double.IsNegativeInfinity);
        json.WriteEndObject();
    }

    private static void WriteRows(Utf8JsonWriter json, string name, Field field, Func<double, bool> isOne)
    {
        json.WriteStartArray(name);
        foreach (int row in Rows(field).Where(row => field.NumberAt(row) is double number && isOne(number)))
            json.WriteNumberValue(row);
        json.WriteEndArray();
    }

    private static bool HasNanos(Field field) =>
        field.Type == FieldType.Time && Rows(field).Any(row => Nanos(field, row) != 0);

    /// <summary>What is left of each time after its milliseconds.</summary>
    private static void WriteNanos(Utf8JsonWriter json, Field field)
    {
        json.WriteStartArray();
        foreach (int row in Rows(field))
            json.WriteNumberValue(Nanos(field, row));
        json.WriteEndArray();
    }

    private static long Nanos(Field field, int row)
    {
        long time = field.TimeAt(row) ?? 0;
        return time - Milliseconds(time) * NanosecondsPerMillisecond;
    }

    private static long Milliseconds(long nanoseconds) =>
        nanoseconds / NanosecondsPerMillisecond - (nanoseconds % NanosecondsPerMillisecond < 0 ? 1 : 0);

    private static IEnumerable<int> Rows(Field field) => Enumerable.Range(0, field.Length);
}
