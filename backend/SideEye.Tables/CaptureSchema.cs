using System.Collections.Immutable;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace SideEye.Tables;

/// <summary>
/// The tables about captured variables: one for each captured function, what they hold, and what could not be
/// captured. Like those of <see cref="SnapshotSchema"/>, they describe themselves.
/// </summary>
public static class CaptureSchema
{
    /// <summary>Name of the table that lists the columns of all function tables.</summary>
    public const string FunctionTablesTable = "function_tables";

    /// <summary>Name of the table with one row for each value that could not be captured.</summary>
    public const string CaptureErrorsTable = "capture_errors";

    /// <summary>The key of a field's metadata whose value <see cref="JsonType"/> makes a JSON column of text.</summary>
    public const string TypeKey = "type";

    /// <summary>The type of columns with structs, slices, arrays, maps and pointers.</summary>
    public const string JsonType = "JSON";

    /// <summary>What comes before a captured column's name to name the column with its addresses.</summary>
    public const string RawPrefix = "raw_";

    /// <summary>Columns of <see cref="FunctionTablesTable"/>.</summary>
    public static Schema FunctionTables { get; } = Table(
        "The captured columns of the function tables, one row for each.",
        Text("table_name", "The function table.", known: true),
        Text("function", "Its function, as in the symbol table.", known: true),
        Text("column_name", "The column.", known: true),
        Text("expression", "The captured expression, as the spec has it.", known: true),
        Text("go_type", "The expression's Go type; NULL when it is not known."),
        Text("column_type", "DuckDB's type of the column: BIGINT, UBIGINT, DOUBLE, BOOLEAN, VARCHAR or JSON.",
            known: true),
        Bool("is_raw", "The column holds addresses, types and truncation marks of the column without raw_."));

    /// <summary>Columns of <see cref="CaptureErrorsTable"/>.</summary>
    public static Schema CaptureErrors { get; } = Table(
        "Values that could not be captured, in whole or in part, and why; the value itself is NULL.",
        Text("table_name", "The function table.", known: true),
        ProcessId(),
        GoroutineId(),
        FrameIndex(),
        Text("expression", "The captured expression, as the spec has it.", known: true),
        Text("reason", "Why, such as optimised out, nil pointer on the path, memory not readable, limit reached.",
            known: true));

    /// <summary>Both tables in the order in which a snapshot file creates them.</summary>
    public static ImmutableArray<KeyValuePair<string, Schema>> Tables { get; } =
    [
        new(FunctionTablesTable, FunctionTables),
        new(CaptureErrorsTable, CaptureErrors),
    ];

    /// <summary>The columns that identify a row of a function table, in order, with their SQL types.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Identity { get; } =
    [
        new("process_id", "INTEGER"),
        new("goroutine_id", "BIGINT"),
        new("frame_index", "INTEGER"),
    ];

    /// <summary>The columns of a function table: those that identify the frame, then the captured ones.</summary>
    /// <param name="function">The function, as in the symbol table.</param>
    /// <param name="captured">Columns made by <see cref="Captured"/>.</param>
    public static Schema FunctionTable(string function, IEnumerable<Field> captured) => Table(
        $"The frames of {function}, one row for each, with the captured expressions.",
        [ProcessId(), GoroutineId(), FrameIndex(), .. captured]);

    /// <summary>A captured column; any value in it may be unknown.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Arrow type; text for <paramref name="isJson"/>.</param>
    /// <param name="isJson">Whether it holds JSON documents.</param>
    /// <param name="comment">What it is.</param>
    public static Field Captured(string name, IArrowType type, bool isJson, string comment)
    {
        List<KeyValuePair<string, string>> about = [new(SnapshotSchema.CommentKey, comment)];
        if (isJson)
            about.Add(new KeyValuePair<string, string>(TypeKey, JsonType));
        return new Field(name, type, nullable: true, about);
    }

    private static Field ProcessId() =>
        Column("process_id", Int32Type.Default, "Process of the frame: processes.process_id.", known: true);

    private static Field GoroutineId() =>
        Column("goroutine_id", Int64Type.Default, "Goroutine of the frame: goroutines.goroutine_id.", known: true);

    private static Field FrameIndex() =>
        Column("frame_index", Int32Type.Default, "The frame: frames.frame_index, 0 is the innermost.", known: true);

    private static Schema Table(string comment, params Field[] columns) =>
        new(columns, [new KeyValuePair<string, string>(SnapshotSchema.CommentKey, comment)]);

    private static Field Text(string name, string comment, bool known = false) =>
        Column(name, StringType.Default, comment, known);

    private static Field Bool(string name, string comment) =>
        Column(name, BooleanType.Default, comment, known: true);

    private static Field Column(string name, IArrowType type, string comment, bool known) =>
        new(name, type, nullable: !known, [new KeyValuePair<string, string>(SnapshotSchema.CommentKey, comment)]);
}
