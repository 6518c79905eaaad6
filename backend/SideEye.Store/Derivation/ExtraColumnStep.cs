using System.Collections.Immutable;
using System.Text;

namespace SideEye.Store.Derivation;

/// <summary>
/// Adds the extra columns of one table: each is tried on its own over the table as it is so far, and the table is then
/// written anew with all of them; one that fails is NULL throughout.
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
        IReadOnlyList<StoredColumn> columns = stored.ColumnsOf(table);
        HashSet<string> names = new(columns.Select(column => column.Name), StringComparer.OrdinalIgnoreCase);
        List<StoredColumn> added = [];
        string source = SqlTypes.Quote(table);
        long rows = (long)sql.Rows($"SELECT count(*) FROM {source}")[0][0]!;
        foreach (ExtraColumn column in extra.Columns)
        {
            if (added.Count == limits.ColumnsPerTableMax)
            {
                record.Failed(table, column.Name, $"a table has at most {limits.ColumnsPerTableMax} extra columns");
                return;
            }
            if (names.Contains(column.Name))
            {
                record.Failed(table, column.Name, "the table has a column of this name already");
                continue;
            }
            string expression = Try(table, column, source, names, rows);
            source = $"(SELECT *, {expression} AS {SqlTypes.Quote(column.Name)} FROM {source})";
            names.Add(column.Name);
            added.Add(new StoredColumn(column.Name, TypeOf(source, SqlTypes.Quote(column.Name)), true,
                $"Extra column: {SqlText(column)}"));
        }
        if (added.Count > 0)
            Write(table, [.. columns, .. added], source, extra.Columns, added);
    }

    /// <summary>The column's expression, or one that is NULL throughout when it fails.</summary>
    private string Try(string table, ExtraColumn column, string source, HashSet<string> names, long rows)
    {
        TypedExpression? typed = null;
        try
        {
            typed = TypedExpression.Of(column, names);
            string value = $"(\n{typed.Value}\n)";
            // With all other columns beside it, so that no aggregate passes.
            sql.RequireSelect($"SELECT {typed.Converted(Value)} FROM (SELECT *, {value} AS {Value} FROM {source})");
            // Brackets of its own, so that it cannot end ours.
            sql.RequireExpression(typed.Value);
            Check(table, column, typed, value, source, rows);
            RequireStorable(TypeOf($"(SELECT *, {typed.Converted(value)} AS {Value} FROM {source})", Value));
            return typed.Converted(value);
        }
        catch (StoreException e)
        {
            record.Failed(table, column.Name, e.Message);
            return NullOf(typed);
        }
    }

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
    private void Check(
        string table, ExtraColumn column, TypedExpression typed, string value, string source, long rows)
    {
        object?[] seen = sql.Rows(
            $"SELECT count(*), count(*) FILTER (v IS NOT NULL AND t IS NULL), count(t), "
            + $"left(min(CAST(v AS VARCHAR)) FILTER (v IS NOT NULL AND t IS NULL), {ExampleCharsMax}) FROM ("
            + $"SELECT {Value} AS v, {typed.Converted(Value)} AS t FROM (SELECT *, {value} AS {Value} FROM {source}))")
            [0];
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

    private string TypeOf(string source, string column) =>
        (string)sql.Rows(
            $"SELECT column_type FROM (DESCRIBE SELECT {column} FROM {source})")[0][0]!;

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

    private void Write(
        string table, List<StoredColumn> columns, string source, ImmutableArray<ExtraColumn> spec,
        List<StoredColumn> added)
    {
        string temporary = SqlTypes.Quote(table + ".new");
        string? about = stored.CommentOf(table);
        try
        {
            sql.Run($"CREATE TABLE {temporary} ({string.Join(", ", columns.Select(column => column.Definition))})");
            sql.RunLimited($"INSERT INTO {temporary} SELECT * FROM {source}");
        }
        catch (StoreException e)
        {
            sql.Run($"DROP TABLE IF EXISTS {temporary}");
            string message = $"the table could not be written with its extra columns: {e.Message}";
            foreach (StoredColumn column in added)
                record.Failed(table, column.Name, message);
            return;
        }
        StringBuilder rename = new();
        rename.Append($"DROP TABLE {SqlTypes.Quote(table)}; ALTER TABLE {temporary} RENAME TO ")
            .Append(SqlTypes.Quote(table)).Append(';');
        if (about is not null)
            rename.Append($"COMMENT ON TABLE {SqlTypes.Quote(table)} IS {SqlTypes.Literal(about)};");
        foreach (StoredColumn column in columns)
            rename.Append(column.CommentOn(table));
        sql.RunTogether(rename.ToString());
        stored.Changed(table);
        foreach (StoredColumn column in added)
            record.Added(table, spec.First(each => each.Name == column.Name), column.Type);
    }

    private static string SqlText(ExtraColumn column) =>
        column.Sql.Trim() + (column.Type is null ? "" : $" ({column.Type})");
}
