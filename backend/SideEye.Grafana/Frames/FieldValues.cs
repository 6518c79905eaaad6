using System.Globalization;
using Apache.Arrow;

namespace SideEye.Grafana.Frames;

/// <summary>The values of a field one by one, whatever its type.</summary>
public static class FieldValues
{
    /// <summary>A value as a number; booleans are 0 and 1; null where there is none or it is no number.</summary>
    public static double? NumberAt(this Field field, int row)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.Values switch
        {
            DoubleArray values => values.GetValue(row),
            Int64Array values => values.GetValue(row),
            Int32Array values => values.GetValue(row),
            UInt64Array values => values.GetValue(row),
            UInt32Array values => values.GetValue(row),
            Int16Array values => values.GetValue(row),
            UInt16Array values => values.GetValue(row),
            Int8Array values => values.GetValue(row),
            UInt8Array values => values.GetValue(row),
            FloatArray values => values.GetValue(row),
            BooleanArray values => values.GetValue(row) is bool value ? value ? 1 : 0 : null,
            _ => null,
        };
    }

    /// <summary>An instant in nanoseconds since 1970; null where there is none or it is no time.</summary>
    public static long? TimeAt(this Field field, int row)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.Values is TimestampArray values ? values.GetValue(row) : null;
    }

    /// <summary>A value as a text, as it would be written in a query; null where there is none.</summary>
    public static string? TextAt(this Field field, int row)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (field.Values.IsNull(row))
            return null;
        return field.Values switch
        {
            StringArray values => values.GetString(row),
            BinaryArray values => System.Text.Encoding.UTF8.GetString(values.GetBytes(row)),
            BooleanArray values => values.GetValue(row) == true ? "true" : "false",
            UInt16Array values when field.Type == FieldType.Enum => EnumText(field, values.GetValue(row)),
            Int64Array values => values.GetValue(row)?.ToString(CultureInfo.InvariantCulture),
            UInt64Array values => values.GetValue(row)?.ToString(CultureInfo.InvariantCulture),
            TimestampArray values => Instant(values.GetValue(row) ?? 0),
            _ => field.NumberAt(row)?.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static string? EnumText(Field field, ushort? index) =>
        index is ushort at && field.Config?.Type?.Enum.Text is { } texts && at < texts.Count ? texts[at] : null;

    private static string Instant(long nanoseconds)
    {
        long seconds = Math.DivRem(nanoseconds, 1_000_000_000, out long rest);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + 1_000_000_000);
        DateTime time = DateTime.UnixEpoch.AddSeconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-ddTHH:mm:ss}.{rest:D9}Z");
    }
}
