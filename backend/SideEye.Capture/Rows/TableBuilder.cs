using System.Diagnostics;
using Apache.Arrow;

namespace SideEye.Capture.Rows;

/// <summary>
/// Collects rows of one table, a value per column in the order of its schema, and hands them on in batches. A value of
/// the wrong type or a missing one is a mistake of ours and fails at once.
/// </summary>
internal sealed class TableBuilder
{
    /// <summary>As many as DuckDB takes at once: whoever takes the first stores them while the next are made.</summary>
    private const int BatchRows = 2 * 1024;
    private const int BatchTextBytes = 16 << 20;

    private readonly string table;
    private readonly Apache.Arrow.Schema schema;
    private readonly ITableSink sink;
    private readonly Column[] columns;
    private int column;
    private int rows;
    private long textBytes;

    public TableBuilder(string table, Apache.Arrow.Schema schema, ITableSink sink)
    {
        this.table = table;
        this.schema = schema;
        this.sink = sink;
        columns = new Column[schema.FieldsList.Count];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = Column.Of(schema.FieldsList[i].DataType);
    }

    public TableBuilder Text(string? value)
    {
        Next<TextColumn>().Append(value);
        return this;
    }

    /// <summary>Text that is UTF-8 already.</summary>
    public TableBuilder Utf8(ReadOnlySpan<byte> value)
    {
        Next<TextColumn>().Append(value);
        textBytes += value.Length;
        return this;
    }

    public TableBuilder Int32(int? value)
    {
        Next<FixedColumn<int>>().Append(value);
        return this;
    }

    public TableBuilder Int64(long? value)
    {
        Next<FixedColumn<long>>().Append(value);
        return this;
    }

    public TableBuilder UInt64(ulong? value)
    {
        Next<FixedColumn<ulong>>().Append(value);
        return this;
    }

    public TableBuilder Double(double? value)
    {
        Next<FixedColumn<double>>().Append(value);
        return this;
    }

    public TableBuilder Bool(bool? value)
    {
        Next<BooleanColumn>().Append(value);
        return this;
    }

    public TableBuilder Time(DateTimeOffset? value)
    {
        Next<FixedColumn<Microseconds>>().Append(Microseconds.Of(value));
        return this;
    }

    public void EndRow()
    {
        if (column != columns.Length)
            throw new UnreachableException($"row of {table} has {column} of {columns.Length} values");
        column = 0;
        if (++rows == BatchRows || textBytes > BatchTextBytes)
            Flush();
    }

    public void Flush()
    {
        if (rows == 0)
            return;
        IArrowArray[] arrays = new IArrowArray[columns.Length];
        for (int i = 0; i < arrays.Length; i++)
            arrays[i] = columns[i].Build();
        int length = rows;
        rows = 0;
        textBytes = 0;
        sink.Append(table, new RecordBatch(schema, arrays, length));
    }

    private TColumn Next<TColumn>()
        where TColumn : Column =>
        columns[column++] as TColumn
            ?? throw new UnreachableException(
                $"column {schema.FieldsList[column - 1].Name} of {table} has another type");
}
