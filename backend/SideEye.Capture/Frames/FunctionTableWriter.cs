using SideEye.Capture.Rows;
using SideEye.Capture.Values;
using SideEye.Probes.Plan;

namespace SideEye.Capture.Frames;

/// <summary>
/// Writes the rows of one function table. Processes of several binaries share it: their columns are matched by name,
/// and a column that has another form in one of them is NULL there.
/// </summary>
internal sealed class FunctionTableWriter
{
    private readonly TableBuilder rows;

    /// <summary>A table as the first binary has it.</summary>
    public FunctionTableWriter(FunctionTable table, ITableSink sink)
    {
        Table = table;
        Apache.Arrow.Schema schema = FunctionTableSchema.Of(table);
        sink.Declare(table.Name, schema);
        rows = new TableBuilder(table.Name, schema, sink);
    }

    /// <summary>The table.</summary>
    public FunctionTable Table { get; }

    /// <summary>
    /// For each column here the column of another binary's table, or -1 where that has none of the name and form.
    /// </summary>
    public int[] Match(FunctionTable other)
    {
        int[] columns = new int[Table.Columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            CapturedColumn wanted = Table.Columns[i];
            columns[i] = -1;
            for (int j = 0; j < other.Columns.Length; j++)
            {
                CapturedColumn offered = other.Columns[j];
                bool fits = offered.Name == wanted.Name
                    && FunctionTableSchema.FormOf(offered) == FunctionTableSchema.FormOf(wanted);
                if (fits)
                    columns[i] = j;
            }
        }
        return columns;
    }

    public void BeginRow(int processId, long goroutineId, int frameIndex) =>
        rows.Int32(processId).Int64(goroutineId).Int32(frameIndex);

    /// <summary>Writes the next column and its raw twin.</summary>
    public void Value(scoped in RenderedValue value)
    {
        switch (value.Form)
        {
            case ColumnForm.Boolean:
                rows.Bool(value.IsNull ? null : value.Boolean);
                break;
            case ColumnForm.Int64:
                rows.Int64(value.IsNull ? null : value.Int64);
                break;
            case ColumnForm.UInt64:
                rows.UInt64(value.IsNull ? null : value.UInt64);
                break;
            case ColumnForm.Double:
                rows.Double(value.IsNull ? null : value.Double);
                break;
            default:
                Text(value.IsNull, value.Utf8);
                break;
        }
        Text(value.RawUtf8.IsEmpty, value.RawUtf8);
    }

    /// <summary>Writes a column that has no value in this binary.</summary>
    public void Null(int column) =>
        Value(new RenderedValue { Form = FunctionTableSchema.FormOf(Table.Columns[column]), IsNull = true });

    /// <summary>Writes a column whose value nobody may see.</summary>
    public void Secret() => rows.Text(ValueRenderer.RedactedText).Text(null);

    public void EndRow() => rows.EndRow();

    public void Flush() => rows.Flush();

    private void Text(bool isNull, ReadOnlySpan<byte> utf8)
    {
        if (isNull)
            rows.Text(null);
        else
            rows.Utf8(utf8);
    }
}
