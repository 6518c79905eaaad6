using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>Values of result columns, as JSON and as text. Results have numbers, texts, truth values and times.
/// </summary>
internal static class ArrowValues
{
    /// <summary>Writes a value.</summary>
    public static void Write(Utf8JsonWriter json, IArrowArray column, int row)
    {
        if (column.IsNull(row))
        {
            json.WriteNullValue();
            return;
        }
        switch (column)
        {
            case StringArray texts: json.WriteStringValue(texts.GetBytes(row)); break;
            case BooleanArray flags: json.WriteBooleanValue(flags.GetValue(row)!.Value); break;
            case Int64Array numbers: json.WriteNumberValue(numbers.GetValue(row)!.Value); break;
            case UInt64Array numbers: json.WriteNumberValue(numbers.GetValue(row)!.Value); break;
            case DoubleArray numbers: WriteFloat(json, numbers.GetValue(row)!.Value); break;
            case FloatArray numbers: WriteFloat(json, numbers.GetValue(row)!.Value); break;
            case TimestampArray: json.WriteStringValue(TextOf(column, row)); break;
            default: json.WriteRawValue(TextOf(column, row), skipInputValidation: false); break;
        }
    }

    /// <summary>A value as text; NULL is empty.</summary>
    public static string TextOf(IArrowArray column, int row)
    {
        if (column.IsNull(row))
            return "";
        return column switch
        {
            StringArray texts => texts.GetString(row),
            BooleanArray flags => flags.GetValue(row)!.Value ? "true" : "false",
            TimestampArray times => TimeOf(times, row),
            Int64Array numbers => Number(numbers.GetValue(row)!.Value),
            UInt64Array numbers => Number(numbers.GetValue(row)!.Value),
            Int32Array numbers => Number(numbers.GetValue(row)!.Value),
            UInt32Array numbers => Number(numbers.GetValue(row)!.Value),
            Int16Array numbers => Number(numbers.GetValue(row)!.Value),
            UInt16Array numbers => Number(numbers.GetValue(row)!.Value),
            Int8Array numbers => Number(numbers.GetValue(row)!.Value),
            UInt8Array numbers => Number(numbers.GetValue(row)!.Value),
            DoubleArray numbers => Number(numbers.GetValue(row)!.Value),
            FloatArray numbers => Number(numbers.GetValue(row)!.Value),
            _ => throw new InvalidDataException($"a column of type {column.Data.DataType.TypeId} is in a result"),
        };
    }

    private static string Number<TNumber>(TNumber number)
        where TNumber : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>ISO 8601 in UTC with as many digits as the column has.</summary>
    private static string TimeOf(TimestampArray times, int row)
    {
        TimestampType type = (TimestampType)times.Data.DataType;
        (long perSecond, int digits) = type.Unit switch
        {
            TimeUnit.Second => (1L, 0),
            TimeUnit.Millisecond => (1_000L, 3),
            TimeUnit.Microsecond => (1_000_000L, 6),
            _ => (1_000_000_000L, 9),
        };
        (long seconds, long rest) = Math.DivRem(times.GetValue(row)!.Value, perSecond);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + perSecond);
        const long first = -62_135_596_800, last = 253_402_300_799;
        if (seconds is < first or > last)
            return seconds < 0 ? "-infinity" : "infinity";
        string whole = DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime
            .ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return digits == 0
            ? $"{whole}Z" : $"{whole}.{rest.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0')}Z";
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
