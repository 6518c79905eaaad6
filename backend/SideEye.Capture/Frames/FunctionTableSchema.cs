using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.Capture.Schema;
using SideEye.Capture.Values;
using SideEye.Probes.Plan;

namespace SideEye.Capture.Frames;

/// <summary>The columns of a function table: which frame it is, then each captured expression and its raw twin.</summary>
internal static class FunctionTableSchema
{
    /// <summary>Columns before those of the expressions: process_id, goroutine_id, frame_index.</summary>
    public const int KeyColumns = 3;

    /// <summary>The key of a field's metadata that asks for another SQL type than the Arrow type's.</summary>
    public const string TypeKey = "type";

    /// <summary>The schema of a table.</summary>
    public static Apache.Arrow.Schema Of(FunctionTable table)
    {
        List<Field> fields =
        [
            Column("process_id", Int32Type.Default, "Process: processes.process_id.", known: true),
            Column("goroutine_id", Int64Type.Default, "Goroutine: goroutines.goroutine_id.", known: true),
            Column("frame_index", Int32Type.Default, "Frame: frames.frame_index.", known: true),
        ];
        foreach (CapturedColumn column in table.Columns)
        {
            fields.Add(ValueField(column));
            fields.Add(Json($"raw_{column.Name}", $"Addresses, dynamic types and marks of {column.Expression}."));
        }
        return new Apache.Arrow.Schema(
            fields,
            [new KeyValuePair<string, string>(SnapshotSchema.CommentKey, $"Frames of {table.Function}.")]);
    }

    private static Field ValueField(CapturedColumn column)
    {
        string comment = $"{column.Expression}, of type {column.Type.Name}.";
        return ColumnForms.Of(column.Type) switch
        {
            _ when column.IsSecret => Column(column.Name, StringType.Default, comment, known: false),
            ColumnForm.Boolean => Column(column.Name, BooleanType.Default, comment, known: false),
            ColumnForm.Int64 => Column(column.Name, Int64Type.Default, comment, known: false),
            ColumnForm.UInt64 => Column(column.Name, UInt64Type.Default, comment, known: false),
            ColumnForm.Double => Column(column.Name, DoubleType.Default, comment, known: false),
            ColumnForm.Text => Column(column.Name, StringType.Default, comment, known: false),
            _ => Json(column.Name, comment),
        };
    }

    private static Field Json(string name, string comment) => new(
        name, StringType.Default, nullable: true,
        [
            new KeyValuePair<string, string>(SnapshotSchema.CommentKey, comment),
            new KeyValuePair<string, string>(TypeKey, "JSON"),
        ]);

    private static Field Column(string name, IArrowType type, string comment, bool known) =>
        new(name, type, nullable: !known, [new KeyValuePair<string, string>(SnapshotSchema.CommentKey, comment)]);
}
