using System.Diagnostics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace SideEye.Capture.Rows;

/// <summary>
/// Collects rows of one table, a value per column in the order of its schema, and hands them on in batches. A value of
/// the wrong type or a missing one is a mistake of ours and fails at once.
/// </summary>
internal sealed class TableBuilder
{
    private const int BatchRows = 32 * 1024;

    private readonly string table;
    private readonly Apache.Arrow.Schema schema;
    private readonly ITableSink sink;
    private IArrowArrayBuilder[] columns = [];
    private int column;
    private int rows;

    public TableBuilder(string table, Apache.Arrow.Schema schema, ITableSink sink)
    {
        this.table = table;
        this.schema = schema;
        this.sink = sink;
        Reset();
    }

    public TableBuilder Text(string? value)
    {
        StringArray.Builder builder = Next<StringArray.Builder>();
        if (value is null)
            builder.AppendNull();
        else
            builder.Append(value);
        return this;
    }

    public TableBuilder Int32(int? value)
    {
        Next<Int32Array.Builder>().Append(value);
        return this;
    }

    public TableBuilder Int64(long? value)
    {
        Next<Int64Array.Builder>().Append(value);
        return this;
    }

    public TableBuilder UInt64(ulong? value)
    {
        Next<UInt64Array.Builder>().Append(value);
        return this;
    }

    public TableBuilder Bool(bool value)
    {
        Next<BooleanArray.Builder>().Append(value);
        return this;
    }

    public TableBuilder Time(DateTimeOffset? value)
    {
        TimestampArray.Builder builder = Next<TimestampArray.Builder>();
        if (value is DateTimeOffset time)
            builder.Append(time);
        else
            builder.AppendNull();
        return this;
    }

    public void EndRow()
    {
        if (column != columns.Length)
            throw new UnreachableException($"row of {table} has {column} of {columns.Length} values");
        column = 0;
        if (++rows == BatchRows)
            Flush();
    }

    public void Flush()
    {
        if (rows == 0)
            return;
        IArrowArray[] arrays = new IArrowArray[columns.Length];
        for (int i = 0; i < arrays.Length; i++)
            arrays[i] = Build(columns[i]);
        int length = rows;
        Reset();
        sink.Append(table, new RecordBatch(schema, arrays, length));
    }

    private TBuilder Next<TBuilder>()
        where TBuilder : class, IArrowArrayBuilder =>
        columns[column++] as TBuilder
            ?? throw new UnreachableException(
                $"column {schema.FieldsList[column - 1].Name} of {table} has another type");

    private void Reset()
    {
        rows = 0;
        columns = new IArrowArrayBuilder[schema.FieldsList.Count];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = BuilderOf(schema.FieldsList[i].DataType);
    }

    private static IArrowArrayBuilder BuilderOf(IArrowType type) => type switch
    {
        StringType => new StringArray.Builder(),
        Int32Type => new Int32Array.Builder(),
        Int64Type => new Int64Array.Builder(),
        UInt64Type => new UInt64Array.Builder(),
        BooleanType => new BooleanArray.Builder(),
        TimestampType timestamp => new TimestampArray.Builder(timestamp),
        _ => throw new UnreachableException($"no builder for {type.Name}"),
    };

    private static IArrowArray Build(IArrowArrayBuilder builder) => builder switch
    {
        StringArray.Builder text => text.Build(),
        Int32Array.Builder int32 => int32.Build(),
        Int64Array.Builder int64 => int64.Build(),
        UInt64Array.Builder uint64 => uint64.Build(),
        BooleanArray.Builder boolean => boolean.Build(),
        TimestampArray.Builder timestamp => timestamp.Build(),
        _ => throw new UnreachableException(),
    };
}
