using System.Collections.Immutable;

namespace SideEye.Store.Derivation;

/// <summary>One end of a link, held against the file.</summary>
internal sealed class LinkSide
{
    private static readonly ImmutableHashSet<string> Numbers =
    [
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT",
        "FLOAT", "DOUBLE",
    ];

    private const string RowId = "rowid";

    private readonly StoredTables stored;
    private readonly IReadOnlyList<StoredColumn> columns;
    private readonly List<(StoredColumn Column, bool IsText)> keys = [];
    private readonly ImmutableArray<IdentityColumn> identity;

    private LinkSide(StoredTables stored, string table, ImmutableArray<IdentityColumn> identity)
    {
        Table = table;
        this.stored = stored;
        this.identity = identity;
        columns = stored.ColumnsOf(table);
    }

    /// <summary>The table, as the spec spells it.</summary>
    public string Table { get; }

    /// <summary>Both ends of a link.</summary>
    /// <exception cref="StoreException">A table or column is missing.</exception>
    public static (LinkSide From, LinkSide To) Of(
        StoredTables stored, TableLink link, ImmutableArray<IdentityColumn> identity)
    {
        if (link.From.Columns.Length == 0 || link.From.Columns.Length != link.To.Columns.Length)
            throw new StoreException(StoreError.Sql, "the two ends of a link have equally many columns, at least one");
        LinkSide from = new(stored, link.From.Table, identity);
        LinkSide to = new(stored, link.To.Table, identity);
        for (int column = 0; column < link.From.Columns.Length; column++)
        {
            StoredColumn left = from.Find(link.From.Columns[column]);
            StoredColumn right = to.Find(link.To.Columns[column]);
            // Values of one type compare as they are, those of different types as text.
            bool areAlike = left.Type == right.Type || (Numbers.Contains(left.Type) && Numbers.Contains(right.Type));
            from.keys.Add((left, !areAlike));
            to.keys.Add((right, !areAlike));
        }
        return (from, to);
    }

    /// <summary>SQL of the values to compare, of the table under an alias.</summary>
    public IEnumerable<string> Keys(string alias)
    {
        foreach ((StoredColumn column, bool isText) in keys)
        {
            string name = $"{alias}.{SqlTypes.Quote(column.Name)}";
            yield return column.IsJson ? $"json_extract_string({name}, '$')"
                : isText ? $"CAST({name} AS VARCHAR)" : name;
        }
    }

    /// <summary>SQL of the identity columns, NULL of its type for each that the table lacks.</summary>
    public IEnumerable<string> Identity(string alias) => identity.Select(each =>
        columns.Any(column => column.Name == each.Name && column.Type == each.Type)
            ? $"{alias}.{SqlTypes.Quote(each.Name)}" : $"CAST(NULL AS {each.Type})");

    private StoredColumn Find(string name)
    {
        if (columns.Count == 0)
            throw new StoreException(StoreError.Sql, $"there is no table {Table}");
        if (Named(RowId) is not null)
        {
            throw new StoreException(StoreError.Sql, $"table {Table} has a column rowid of its own, and links name "
                + "rows by DuckDB's: give the column another name");
        }
        if (Named(name) is { } found)
            return found;
        string meant = stored.NearestColumn(columns, name) is { } nearest ? $"; did you mean {nearest}?" : "";
        throw new StoreException(StoreError.Sql, $"table {Table} has no column {name}{meant}");
    }

    private StoredColumn? Named(string name) =>
        columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase));
}
