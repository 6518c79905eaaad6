using Apache.Arrow;
using Apache.Arrow.Types;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.ControlPlane.Queries;

/// <summary>Arrow columns of texts, numbers, times and truths.</summary>
internal static class ArrowColumns
{
    private static readonly TimestampType Time = new(TimeUnit.Microsecond, "UTC");

    /// <summary>The schema of columns that are VARCHAR, BIGINT, BOOLEAN or TIMESTAMP WITH TIME ZONE.</summary>
    public static Schema Schema(IEnumerable<Column> columns) => new(
        columns.Select(column => new Field(
            column.Name,
            column.Type switch
            {
                "VARCHAR" => StringType.Default,
                "BOOLEAN" => BooleanType.Default,
                "BIGINT" => Int64Type.Default,
                _ => Time,
            },
            nullable: true)),
        null);

    /// <summary>A column of times.</summary>
    public static TimestampArray Times(IEnumerable<DateTimeOffset> values)
    {
        TimestampArray.Builder builder = new(Time);
        foreach (DateTimeOffset value in values)
            builder.Append(value);
        return builder.Build();
    }

    /// <summary>A column of truths.</summary>
    public static BooleanArray Flags(IEnumerable<bool> values)
    {
        BooleanArray.Builder builder = new();
        foreach (bool value in values)
            builder.Append(value);
        return builder.Build();
    }

    /// <summary>A column of texts.</summary>
    public static StringArray Texts(IEnumerable<string?> values)
    {
        StringArray.Builder builder = new();
        foreach (string? value in values)
            _ = value is null ? builder.AppendNull() : builder.Append(value);
        return builder.Build();
    }

    /// <summary>A column of numbers.</summary>
    public static Int64Array Numbers(IEnumerable<long?> values)
    {
        Int64Array.Builder builder = new();
        foreach (long? value in values)
            builder.Append(value);
        return builder.Build();
    }
}
