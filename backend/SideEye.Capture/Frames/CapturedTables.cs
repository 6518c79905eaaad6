using SideEye.Capture.Rows;
using SideEye.Tables;
using SideEye.Capture.Values;
using SideEye.Probes.Plan;

namespace SideEye.Capture.Frames;

/// <summary>The function tables of a snapshot, what they hold, and what could not be captured.</summary>
internal sealed class CapturedTables(ITableSink sink)
{
    private readonly Dictionary<string, FunctionTableWriter> writers = [];
    private readonly TableBuilder registry = new(
        CaptureSchema.FunctionTablesTable, CaptureSchema.FunctionTables, sink);
    private readonly TableBuilder errors = new(CaptureSchema.CaptureErrorsTable, CaptureSchema.CaptureErrors, sink);

    /// <summary>The writer of a table; a new table is made known, also when no frame will be in it.</summary>
    public FunctionTableWriter For(FunctionTable table)
    {
        if (writers.TryGetValue(table.Name, out FunctionTableWriter? writer))
            return writer;
        writer = new FunctionTableWriter(table, sink);
        writers.Add(table.Name, writer);
        foreach (CapturedColumn column in table.Columns)
        {
            Register(table, column, column.Name, FunctionTableSchema.FormOf(column), isRaw: false);
            Register(table, column, CaptureSchema.RawPrefix + column.Name, ColumnForm.Json, isRaw: true);
        }
        return writer;
    }

    /// <summary>Notes why a value is NULL.</summary>
    public void Error(
        string table, int processId, long goroutineId, int frameIndex, string expression, string reason) =>
        errors.Text(table).Int32(processId).Int64(goroutineId).Int32(frameIndex).Text(expression).Text(reason)
            .EndRow();

    public void Flush()
    {
        foreach (FunctionTableWriter writer in writers.Values)
            writer.Flush();
        registry.Flush();
        errors.Flush();
    }

    private void Register(FunctionTable table, CapturedColumn column, string name, ColumnForm form, bool isRaw) =>
        registry.Text(table.Name).Text(table.Function).Text(name).Text(column.Expression).Text(column.Type.Name)
            .Text(FunctionTableSchema.SqlTypeOf(form)).Bool(isRaw).EndRow();
}
