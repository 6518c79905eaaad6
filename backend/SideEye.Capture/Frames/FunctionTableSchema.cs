using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.Tables;
using SideEye.Capture.Values;
using SideEye.Probes.Plan;

namespace SideEye.Capture.Frames;

/// <summary>The columns of a function table: which frame it is, then each expression and its raw twin.</summary>
internal static class FunctionTableSchema
{
    /// <summary>The schema of a table.</summary>
    public static Apache.Arrow.Schema Of(FunctionTable table)
    {
        List<Field> fields = [];
        foreach (CapturedColumn column in table.Columns)
        {
            string comment = $"{column.Expression}, of type {column.Type.Name}.";
            ColumnForm form = FormOf(column);
            fields.Add(CaptureSchema.Captured(column.Name, ArrowTypeOf(form), form == ColumnForm.Json, comment));
            fields.Add(CaptureSchema.Captured(
                CaptureSchema.RawPrefix + column.Name, StringType.Default, isJson: true,
                $"Addresses, dynamic types and marks of {column.Expression}."));
        }
        return CaptureSchema.FunctionTable(table.Function, fields);
    }

    /// <summary>How a column's values are stored; of a secret only the word that it is one.</summary>
    public static ColumnForm FormOf(CapturedColumn column) =>
        column.IsSecret ? ColumnForm.Text : ColumnForms.Of(column.Type);

    /// <summary>DuckDB's type of a form.</summary>
    public static string SqlTypeOf(ColumnForm form) => form switch
    {
        ColumnForm.Boolean => "BOOLEAN",
        ColumnForm.Int64 => "BIGINT",
        ColumnForm.UInt64 => "UBIGINT",
        ColumnForm.Double => "DOUBLE",
        ColumnForm.Text => "VARCHAR",
        _ => CaptureSchema.JsonType,
    };

    private static IArrowType ArrowTypeOf(ColumnForm form) => form switch
    {
        ColumnForm.Boolean => BooleanType.Default,
        ColumnForm.Int64 => Int64Type.Default,
        ColumnForm.UInt64 => UInt64Type.Default,
        ColumnForm.Double => DoubleType.Default,
        _ => StringType.Default,
    };
}
