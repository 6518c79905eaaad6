namespace SideEye.Store.Derivation;

/// <summary>
/// The tables and views of the file and their columns, as derivation changes them. DuckDB takes milliseconds to list
/// the columns of all that it has, and tenths to describe one table; a derivation asks a hundred times.
/// </summary>
/// <param name="sql">Of the file.</param>
/// <param name="known">The names that it has, where somebody knows.</param>
internal sealed class StoredTables(SpecSql sql, StoredNames? known = null)
{
    /// <summary>Columns by table; null for those that nobody asked for.</summary>
    private readonly Dictionary<string, List<StoredColumn>?> tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> views = new(StringComparer.OrdinalIgnoreCase);
    private bool isRead;

    /// <summary>Columns of a table, none when there is no such table.</summary>
    public IReadOnlyList<StoredColumn> ColumnsOf(string table)
    {
        Read();
        if (!tables.TryGetValue(table, out List<StoredColumn>? columns))
            return [];
        return columns ?? (tables[table] = Describe(table));
    }

    /// <summary>The column that a misspelt one was meant to be, or null.</summary>
    public string? NearestColumn(IEnumerable<StoredColumn> columns, string misspelt)
    {
        string names = string.Join(", ", columns.Select(static column => SqlTypes.Literal(column.Name)));
        return names.Length == 0 ? null : (string?)sql.Rows(
            $"SELECT name FROM (SELECT unnest([{names}]) AS name, lower({SqlTypes.Literal(misspelt)}) AS misspelt) "
            + "WHERE damerau_levenshtein(lower(name), misspelt) <= greatest(1, length(misspelt) // 3) "
            + "ORDER BY damerau_levenshtein(lower(name), misspelt), name LIMIT 1").FirstOrDefault()?[0];
    }

    /// <summary>Whether there is a table or view of this name.</summary>
    public bool Has(string name)
    {
        Read();
        return tables.ContainsKey(name) || views.Contains(name);
    }

    /// <summary>A table was made, or has other columns.</summary>
    public void Changed(string table) => tables[table] = null;

    private void Read()
    {
        if (isRead)
            return;
        isRead = true;
        StoredNames names = known
            ?? StoredNames.Of(sql.Rows(StoredNames.Sql).Select(static row => ((string)row[0]!, (bool)row[1]!)));
        views.UnionWith(names.Views);
        foreach (string table in names.Tables)
            tables.TryAdd(table, null);
    }

    private List<StoredColumn> Describe(string table) =>
    [
        .. sql.Rows($"DESCRIBE {SqlTypes.Quote(table)}")
            .Select(static row => new StoredColumn((string)row[0]!, (string)row[1]!)),
    ];
}
