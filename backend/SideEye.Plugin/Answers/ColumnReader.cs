using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using SideEye.Grafana.Calls;
using Column = SideEye.Protocol.ControlPlane.Column;
using FrameField = SideEye.Grafana.Frames.Field;

namespace SideEye.Plugin.Answers;

/// <summary>Columns as the control plane sends them, as fields of a type that Grafana reads.</summary>
internal static class ColumnReader
{
    private const long NanosecondsPerDay = 86_400_000_000_000;
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>All rows of a column as one field.</summary>
    /// <exception cref="QueryException">Its type cannot be shown.</exception>
    internal static FrameField Read(ReceivedFrame frame, int index, Column column, PluginLimits limits)
    {
        string name = frame.Schema!.FieldsList[index].Name;
        IArrowArray[] parts = [.. frame.Batches.Select(batch => batch.Column(index))];
        IArrowArray all = parts.Length switch
        {
            0 => ArrowArrayFactory.BuildArray(EmptyOf(frame.Schema.FieldsList[index].DataType)),
            1 => parts[0],
            _ => ArrowArrayConcatenator.Concatenate(parts),
        };
        return FieldOf(name, all, column, limits);
    }

    private static FrameField FieldOf(string name, IArrowArray values, Column column, PluginLimits limits) =>
        values switch
        {
            StringArray texts when column.Type == "JSON" => FrameField.Of(name, AsDocuments(texts)),
            Int64Array numbers when column.Identity.Length > 0 && IsInexact(numbers, limits) =>
                FrameField.OfTexts(name, Rows(numbers).Select(row => Invariant(numbers.GetValue(row)))),
            UInt64Array numbers when column.Identity.Length > 0 =>
                FrameField.OfTexts(name, Rows(numbers).Select(row => Invariant(numbers.GetValue(row)))),
            TimestampArray times => FrameField.OfTimes(name, Rows(times).Select(row => Nanoseconds(times, row))),
            Date32Array days => FrameField.OfTimes(
                name, Rows(days).Select(row => days.GetValue(row) * NanosecondsPerDay)),
            Date64Array days => FrameField.OfTimes(
                name, Rows(days).Select(row => days.GetValue(row) * NanosecondsPerMillisecond)),
            Decimal128Array or Decimal256Array => FrameField.OfNumbers(
                name, Rows(values).Select(row => Decimal((FixedSizeBinaryArray)values, row))),
            // Texts are bytes too, to Arrow.
            BinaryArray bytes when bytes is not StringArray && column.Type != "JSON" => FrameField.OfTexts(
                name,
                Rows(bytes).Select(
                    row => bytes.IsNull(row) ? null : Convert.ToHexStringLower(bytes.GetBytes(row)))),
            LargeStringArray texts => FrameField.OfTexts(name, Rows(texts).Select(row => texts.GetString(row))),
            NullArray nothing => FrameField.OfTexts(name, Rows(nothing).Select(_ => (string?)null)),
            _ => AsItIs(name, values, column),
        };

    private static FrameField AsItIs(string name, IArrowArray values, Column column)
    {
        try
        {
            return FrameField.Of(name, values);
        }
        catch (ArgumentException e)
        {
            string type = column.Type.Length > 0 ? column.Type : values.Data.DataType.Name;
            throw new QueryException(
                $"The column {name} is of type {type}, which panels cannot show: cast it to JSON or VARCHAR.",
                cause: e);
        }
    }

    /// <summary>Texts and documents lie in memory alike; only the type's name differs.</summary>
    private static BinaryArray AsDocuments(StringArray texts) => new(new ArrayData(
        BinaryType.Default, texts.Length, texts.NullCount, texts.Offset, texts.Data.Buffers));

    private static bool IsInexact(Int64Array numbers, PluginLimits limits)
    {
        // Absent values hold any bytes, mostly zeros.
        foreach (long number in numbers.Values)
        {
            if (number > limits.ExactNumberMax || number < -limits.ExactNumberMax)
                return true;
        }
        return false;
    }

    /// <summary>Times beyond what nanoseconds can say (1678 to 2262) are absent rather than wrong.</summary>
    private static long? Nanoseconds(TimestampArray times, int row)
    {
        if (times.GetValue(row) is not long value)
            return null;
        long factor = ((TimestampType)times.Data.DataType).Unit switch
        {
            TimeUnit.Second => 1_000_000_000,
            TimeUnit.Millisecond => 1_000_000,
            TimeUnit.Microsecond => 1_000,
            _ => 1,
        };
        return value > long.MaxValue / factor || value < long.MinValue / factor ? null : value * factor;
    }

    private static double? Decimal(FixedSizeBinaryArray values, int row)
    {
        if (values.IsNull(row))
            return null;
        int scale = ((FixedSizeBinaryType)values.Data.DataType) switch
        {
            Decimal128Type type => type.Scale,
            Decimal256Type type => type.Scale,
            _ => 0,
        };
        return (double)new BigInteger(values.GetBytes(row)) / Math.Pow(10, scale);
    }

    private static ArrayData EmptyOf(IArrowType type) => type switch
    {
        StringType or BinaryType => new ArrayData(
            type, 0, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(new byte[sizeof(int)]), ArrowBuffer.Empty]),
        LargeStringType => new ArrayData(
            type, 0, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(new byte[sizeof(long)]), ArrowBuffer.Empty]),
        NullType => new ArrayData(type, 0, 0, 0, [ArrowBuffer.Empty]),
        _ => new ArrayData(type, 0, 0, 0, [ArrowBuffer.Empty, ArrowBuffer.Empty]),
    };

    private static IEnumerable<int> Rows(IArrowArray array) => Enumerable.Range(0, array.Length);

    private static string? Invariant(IFormattable? number) =>
        number?.ToString(null, System.Globalization.CultureInfo.InvariantCulture);
}
