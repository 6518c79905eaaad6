namespace SideEye.Store.Derivation;

/// <summary>
/// Adds the extra columns of one table: each is tried on its own over the table as it is so far, and then added; one
/// that fails is NULL throughout.
/// </summary>
internal sealed class ExtraColumnStep(
    SpecSql sql, StoredTables stored, DerivationRecord record, DerivationLimits limits)
{
    private const int ExampleCharsMax = 60;

    /// <summary>A name that no column of a program has.</summary>
    private const string Value = "\"value of the column\"";

    /// <summary>Adds columns to a table that the file has.</summary>
    public void Add(ExtraColumns extra)
    {
        string table = extra.Table;
        HashSet<string> names = new(
            stored.ColumnsOf(table).Select(column => column.Name), StringComparer.OrdinalIgnoreCase);
        long rows = (long)sql.Rows($"SELECT count(*) FROM {SqlTypes.Quote(table)}")[0][0]!;
        int added = 0;
        foreach (ExtraColumn column in extra.Columns)
        {
            if (added == limits.ColumnsPerTableMax)
            {
                record.Failed(table, column.Name, $"a table has at most {limits.ColumnsPerTableMax} extra columns");
            }
            else if (names.Contains(column.Name))
            {
                record.Failed(table, column.Name, "the table has a column of this name already");
            }
            else
            {
                Write(table, column, Try(table, column, names, rows), rows);
                names.Add(column.Name);
                added++;
            }
        }
        if (added > 0)
            stored.Changed(table);
    }

    /// <summary>The column's expression and its type; one that is NULL throughout when it fails.</summary>
    private (string Expression, string Type) Try(string table, ExtraColumn column, HashSet<string> names, long rows)
    {
        TypedExpression? typed = null;
        try
        {
            typed = TypedExpression.Of(column, names);
            string value = $"(\n{typed.Value}\n)";
            // With all other columns beside it, so that no aggregate passes.
            sql.RequireSelect($"SELECT {typed.Converted(Value)} FROM ({WithValue(table, value)})");
            // Brackets of its own, so that it cannot end ours.
            sql.RequireExpression(typed.Value);
            if (rows > 0)
                Check(table, column, typed, value, rows);
            string expression = typed.Converted(value);
            string type = TypeOf($"SELECT {Value} FROM ({WithValue(table, expression)})");
            RequireStorable(type);
            return (expression, type);
        }
        catch (StoreException e)
        {
            record.Failed(table, column.Name, e.Message);
            string expression = NullOf(typed);
            return (expression, TypeOf($"SELECT {expression}"));
        }
    }

    private static string WithValue(string table, string value) =>
        $"SELECT *, {value} AS {Value} FROM {SqlTypes.Quote(table)}";

    private string NullOf(TypedExpression? typed)
    {
        if (typed?.Type is null)
            return "CAST(NULL AS VARCHAR)";
        try
        {
            sql.RequireSelect($"SELECT {typed.TypeOfNulls}");
            return typed.TypeOfNulls;
        }
        catch (StoreException)
        {
            return "CAST(NULL AS VARCHAR)";
        }
    }

    /// <summary>Evaluates the column for every row, and counts values that do not fit its type.</summary>
    private void Check(string table, ExtraColumn column, TypedExpression typed, string value, long rows)
    {
        object?[] seen = sql.Rows(
            $"SELECT count(*), count(*) FILTER (v IS NOT NULL AND t IS NULL), count(t), "
            + $"left(min(CAST(v AS VARCHAR)) FILTER (v IS NOT NULL AND t IS NULL), {ExampleCharsMax}) FROM ("
            + $"SELECT {Value} AS v, {typed.Converted(Value)} AS t FROM ({WithValue(table, value)}))")[0];
        if ((long)seen[0]! != rows)
        {
            throw new StoreException(StoreError.Sql,
                $"gives {seen[0]} values for the {rows} rows; a column has one for each");
        }
        if ((long)seen[1]! > 0)
        {
            record.Failed(table, column.Name,
                $"{seen[1]} of {(long)seen[1]! + (long)seen[2]!} values are no {typed.Type} and became NULL, "
                + $"such as {seen[3]}");
        }
    }

    private string TypeOf(string select) => (string)sql.Rows($"DESCRIBE {select}")[0][1]!;

    private void RequireStorable(string type)
    {
        try
        {
            sql.RequireSelect($"SELECT CAST(NULL AS {type})");
        }
        catch (StoreException e)
        {
            throw new StoreException(StoreError.Sql, $"gives values of type {type}, which no column can have", e);
        }
    }

    private void Write(string table, ExtraColumn column, (string Expression, string Type) value, long rows)
    {
        string name = SqlTypes.Quote(column.Name);
        string quoted = SqlTypes.Quote(table);
        try
        {
            sql.RunTogether($"ALTER TABLE {quoted} ADD COLUMN {name} {value.Type};"
                + $"COMMENT ON COLUMN {quoted}.{name} IS {SqlTypes.Literal($"Extra column: {SqlText(column)}")}");
            if (rows > 0)
                Fill(quoted, name, value.Expression);
            record.Added(table, column, value.Type);
        }
        catch (StoreException e)
        {
            sql.Run($"ALTER TABLE {quoted} DROP COLUMN IF EXISTS {name}");
            record.Failed(table, column.Name, $"the column could not be written: {e.Message}");
        }
    }

    private void Fill(string table, string column, string expression)
    {
        try
        {
            sql.RunLimited($"UPDATE {table} SET {column} = {expression}");
        }
        catch (StoreException e) when (SpecSql.IsAboutText(e))
        {
            // An expression that looks at other rows, such as a window function, stands in a SELECT only.
            sql.RunLimited($"UPDATE {table} SET {column} = computed.value "
                + $"FROM (SELECT rowid AS id, {expression} AS value FROM {table}) computed "
                + $"WHERE {table}.rowid = computed.id");
        }
    }

    private static string SqlText(ExtraColumn column) =>
        column.Sql.Trim() + (column.Type is null ? "" : $" ({column.Type})");
}
