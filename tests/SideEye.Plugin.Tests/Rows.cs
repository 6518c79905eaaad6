using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.Protocol.ControlPlane;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.Plugin.Tests;

/// <summary>Rows as a control plane sends them.</summary>
internal static class Rows
{
    /// <summary>2023-11-14T22:13:20Z.</summary>
    internal const long Epoch = 1_700_000_000_000_000_000;

    internal static RecordBatch Batch(params (string Name, IArrowArray Values)[] columns)
    {
        Schema schema = new(columns.Select(column => new Field(column.Name, column.Values.Data.DataType, true)), null);
        return new RecordBatch(schema, columns.Select(column => column.Values), columns[0].Values.Length);
    }

    internal static IArrowArray Texts(params string?[] values) =>
        new StringArray.Builder().AppendRange(values!).Build();

    internal static IArrowArray Longs(params long?[] values)
    {
        Int64Array.Builder builder = new();
        foreach (long? value in values)
            builder.Append(value);
        return builder.Build();
    }

    internal static IArrowArray Doubles(params double?[] values)
    {
        DoubleArray.Builder builder = new();
        foreach (double? value in values)
            builder.Append(value);
        return builder.Build();
    }

    /// <summary>Microseconds with a zone, as DuckDB has them.</summary>
    internal static IArrowArray Times(params long[] nanoseconds)
    {
        ArrowBuffer.Builder<long> values = new();
        foreach (long value in nanoseconds)
            values.Append(value / 1_000);
        TimestampType type = new(TimeUnit.Microsecond, "UTC");
        return new TimestampArray(type, values.Build(), ArrowBuffer.Empty, nanoseconds.Length, 0, 0);
    }

    internal static Column Column(string name, string unit = "", string identity = "", string type = "") => new()
    {
        Name = name, Unit = unit, Identity = identity, Type = type, Description = $"what {name} is",
    };

    internal static Trailer Trailer(params Notice[] notices)
    {
        Trailer trailer = new() { SnapshotId = "snap-1", CapturedAtUnixNs = Epoch, ExecutedSql = "SELECT 1" };
        trailer.Notices.AddRange(notices);
        return trailer;
    }
}
