using Apache.Arrow;
using Apache.Arrow.Types;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.ControlPlane.Queries;

/// <summary>Arrow columns of texts and numbers.</summary>
internal static class ArrowColumns
{
    /// <summary>The schema of columns that are VARCHAR or BIGINT.</summary>
    public static Schema Schema(IEnumerable<Column> columns) => new(
        columns.Select(column => new Field(
            column.Name, column.Type == "VARCHAR" ? StringType.Default : Int64Type.Default, nullable: true)),
        null);

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
