using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.Tables;

namespace SideEye.Store.Tests;

/// <summary>
/// Makes snapshot files out of made-up rows: each row is named values for some columns; the others are NULL, or
/// false and zero where the column is never NULL.
/// </summary>
public sealed class SnapshotBuilder
{
    public static readonly DateTimeOffset CapturedAt = new(2026, 3, 14, 15, 9, 26, 535, TimeSpan.Zero);

    private readonly Dictionary<string, List<Dictionary<string, object?>>> rows = [];

    public SnapshotBuilder()
    {
        foreach (KeyValuePair<string, Schema> table in SnapshotSchema.Tables)
            rows.Add(table.Key, []);
    }

    /// <summary>Adds a row, its values named by column.</summary>
    public SnapshotBuilder Row(string table, params (string Column, object? Value)[] values)
    {
        rows[table].Add(values.ToDictionary(value => value.Column, value => value.Value));
        return this;
    }

    public SnapshotBuilder Snapshot(string id = "snap-1") => Row(SnapshotSchema.SnapshotsTable,
        ("snapshot_id", id), ("captured_at", CapturedAt), ("duration_ns", 41_000_000L));

    public SnapshotBuilder Process(int id, string name, int pid, params (string Column, object? Value)[] more) =>
        Row(SnapshotSchema.ProcessesTable,
        [
            ("process_id", id), ("pid", pid), ("friendly_name", name), ("executable", $"/srv/bin/{name}"),
            ("go_version", "go1.25.3"), ("arch", "amd64"), ("captured_at", CapturedAt), ("pause_ns", 812_000L),
            .. more,
        ]);

    public SnapshotBuilder Goroutine(
        int process, long id, long? stack, string status = "waiting", string? reason = null,
        long? waitedNs = null, string? source = null, params (string Column, object? Value)[] more) =>
        Row(SnapshotSchema.GoroutinesTable,
        [
            ("process_id", process), ("goroutine_id", id), ("stack_id", stack), ("status", status),
            ("wait_reason", reason), ("waiting_for_ns", waitedNs), ("waiting_for_source", source), .. more,
        ]);

    /// <summary>Adds a stack, innermost frame first; a function that starts with "~" is an inlined call.</summary>
    public SnapshotBuilder Stack(long id, params (string Function, string File, int Line)[] frames)
    {
        for (int index = 0; index < frames.Length; index++)
        {
            string function = frames[index].Function.TrimStart('~');
            int slash = function.LastIndexOf('/') + 1;
            int dot = function.IndexOf('.', slash);
            Row(SnapshotSchema.StackFramesTable,
                ("stack_id", id), ("frame_index", index), ("function", function),
                ("package", dot < 0 ? function : function[..dot]), ("file", frames[index].File),
                ("line", frames[index].Line), ("pc", 0x401000UL + (ulong)((id * 64) + index)),
                ("is_inlined", frames[index].Function.StartsWith('~')));
        }
        return this;
    }

    /// <summary>The rows of a table as one record batch.</summary>
    public RecordBatch Batch(string table)
    {
        Schema schema = SnapshotSchema.Tables.Single(t => t.Key == table).Value;
        List<Dictionary<string, object?>> tableRows = rows[table];
        return new RecordBatch(
            schema, schema.FieldsList.Select(field => Column(field, tableRows)), tableRows.Count);
    }

    /// <summary>Writes and commits a complete snapshot file.</summary>
    public void Write(string path)
    {
        using SnapshotFile file = SnapshotFile.Create(path);
        foreach (KeyValuePair<string, Schema> table in SnapshotSchema.Tables)
        {
            file.CreateTable(table.Key, table.Value);
            using RecordBatch batch = Batch(table.Key);
            file.Append(table.Key, batch);
        }
        file.Execute(SnapshotSchema.Views);
        file.Commit();
    }

    private static IArrowArray Column(Field field, List<Dictionary<string, object?>> rows)
    {
        IEnumerable<object?> values = rows.Select(row => row.GetValueOrDefault(field.Name) ?? Default(field));
        switch (field.DataType)
        {
            case StringType:
                StringArray.Builder texts = new();
                foreach (object? value in values)
                    _ = value is null ? texts.AppendNull() : texts.Append((string)value);
                return texts.Build();
            case BooleanType:
                BooleanArray.Builder flags = new();
                foreach (object? value in values)
                    _ = value is null ? flags.AppendNull() : flags.Append((bool)value);
                return flags.Build();
            case Int32Type:
                Int32Array.Builder integers = new();
                foreach (object? value in values)
                    integers.Append((int?)value);
                return integers.Build();
            case Int64Type:
                Int64Array.Builder longs = new();
                foreach (object? value in values)
                    longs.Append(value is null ? null : Convert.ToInt64(value));
                return longs.Build();
            case UInt64Type:
                UInt64Array.Builder unsigned = new();
                foreach (object? value in values)
                    unsigned.Append((ulong?)value);
                return unsigned.Build();
            case TimestampType type:
                TimestampArray.Builder times = new(type);
                foreach (object? value in values)
                    _ = value is null ? times.AppendNull() : times.Append((DateTimeOffset)value);
                return times.Build();
            default:
                throw new NotSupportedException(field.DataType.Name);
        }
    }

    private static object? Default(Field field) => field switch
    {
        { IsNullable: true } => null,
        { DataType: BooleanType } => false,
        { DataType: Int32Type } => 0,
        { DataType: Int64Type } => 0L,
        _ => "",
    };
}
