namespace SideEye.Store.Derivation;

/// <summary>
/// The tables and views of the file and their columns, as derivation changes them. DuckDB takes milliseconds to list
/// what it has, and a derivation asks a hundred times.
/// </summary>
internal sealed class StoredTables(SpecSql sql)
{
    private const string Here = "database_name = current_database() AND schema_name = 'main'";

    private readonly Dictionary<string, StoredTable> tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> views = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> changed = new(StringComparer.OrdinalIgnoreCase);
    private bool isRead;

    /// <summary>Columns of a table, none when there is no such table.</summary>
    public IReadOnlyList<StoredColumn> ColumnsOf(string table) => Find(table)?.Columns ?? [];

    /// <summary>What is said about a table; null when nothing is.</summary>
    public string? CommentOf(string table) => Find(table)?.Comment;

    /// <summary>Whether there is a table or view of this name.</summary>
    public bool Has(string name)
    {
        if (!isRead)
            Read();
        return tables.ContainsKey(name) || views.Contains(name) || changed.Contains(name);
    }

    /// <summary>A table was made or written anew.</summary>
    public void Changed(string table) => changed.Add(table);

    private StoredTable? Find(string table)
    {
        if (!isRead || changed.Contains(table))
            Read();
        return tables.GetValueOrDefault(table);
    }

    private void Read()
    {
        tables.Clear();
        views.Clear();
        changed.Clear();
        isRead = true;
        foreach (object?[] row in sql.Rows(
            $"SELECT table_name, comment, false FROM duckdb_tables() WHERE {Here} "
            + $"UNION ALL SELECT view_name, comment, true FROM duckdb_views() WHERE {Here}"))
        {
            if ((bool)row[2]!)
                views.Add((string)row[0]!);
            else
                tables.Add((string)row[0]!, new StoredTable((string?)row[1], []));
        }
        foreach (object?[] row in sql.Rows(
            "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            + $"WHERE {Here} ORDER BY table_name, column_index"))
        {
            // Views have columns too.
            if (tables.TryGetValue((string)row[0]!, out StoredTable? table))
                table.Columns.Add(new((string)row[1]!, (string)row[2]!, (bool)row[3]!, (string?)row[4]));
        }
    }

    private sealed record StoredTable(string? Comment, List<StoredColumn> Columns);
}
