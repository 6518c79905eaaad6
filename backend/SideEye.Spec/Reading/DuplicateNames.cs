using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>Finds names that are given twice; in SQL, upper and lower case are the same.</summary>
internal static class DuplicateNames
{
    private const string RawPrefix = "raw_";
    private const string RowId = "rowid";

    // The keys of every function table, DESIGN's snapshot schema.
    private static readonly string[] KeyColumns = ["process_id", "goroutine_id", "frame_index"];

    /// <summary>Duplicates within one file.</summary>
    public static void Report(CaptureSpec spec, ReadingContext context)
    {
        Names programs = new(context, "program");
        foreach (ProgramRule program in spec.Programs)
            programs.Add(program.Name, program.At);
        Names functions = new(context, "function");
        Names tables = new(context, "table");
        foreach (FunctionSpec function in spec.Functions)
        {
            foreach (string name in function.Names)
                functions.Add(name, function.At);
            if (function.Table is not null)
                AddTable(tables, function.Table, function.At, context);
            ReportColumns(function, context);
        }
        foreach (TableSpec table in spec.Tables)
            AddTable(tables, table.Name, table.At, context);
        Names types = new(context, "type");
        foreach (TypeSpec type in spec.Types)
        {
            types.Add(type.Type, type.At);
            Names labels = new(context, "name");
            foreach (ExpressionSpec capture in type.Captures)
                labels.Add(capture.Column, capture.At);
        }
        Names contextKeys = new(context, "context key");
        Names contextColumns = new(context, "name of a context value");
        foreach (ContextKeySpec key in spec.ContextKeys)
        {
            contextKeys.Add(key.Key, key.At);
            contextColumns.Add(key.Column, key.At);
        }
    }

    /// <summary>Columns of a function's table that have the same name.</summary>
    public static void ReportColumns(FunctionSpec function, ReadingContext context)
    {
        Names columns = new(context, "column") { Hint = "; give one of them another name with 'as'" };
        foreach (string key in KeyColumns)
            columns.Reserve(key, "every function table has a column of this name");
        columns.Reserve(RowId, "links name rows by the rowid that DuckDB gives them");
        foreach (ExpressionSpec capture in function.Captures)
            columns.Add(capture.Column, capture.At);
        foreach (ExpressionSpec capture in function.Captures)
            columns.Reserve(RawPrefix + capture.Column, $"it holds the pointers in '{capture.Column}'");
        Names extra = columns with { Hint = "" };
        foreach (ColumnSpec column in function.Columns)
            extra.Add(column.Name, column.At);
    }

    private static void AddTable(Names tables, string name, SourcePosition at, ReadingContext context)
    {
        if (BuiltInTables.Names.Contains(name))
            context.Report(at, $"the table '{name}' is built in; give this one another name");
        else
            tables.Add(name, at);
    }

    private sealed record Names(ReadingContext Context, string What)
    {
        private readonly Dictionary<string, SourcePosition> seen =
            new(What is "table" or "column" ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

        private readonly Dictionary<string, string> reserved = new(StringComparer.OrdinalIgnoreCase);

        public string Hint { get; init; } = "";

        public void Add(string name, SourcePosition at)
        {
            if (reserved.TryGetValue(name, out string? why))
                Context.Report(at, $"the {What} '{ReadingContext.Show(name)}' is taken: {why}{Hint}");
            else if (!seen.TryAdd(name, at))
                Context.Report(at, $"the {What} '{ReadingContext.Show(name)}' is already at {seen[name]}{Hint}");
        }

        public void Reserve(string name, string why)
        {
            if (seen.TryGetValue(name, out SourcePosition at))
                Context.Report(at, $"the {What} '{ReadingContext.Show(name)}' is taken: {why}{Hint}");
            reserved[name] = why;
        }
    }
}
