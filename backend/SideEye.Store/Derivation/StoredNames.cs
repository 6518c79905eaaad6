using System.Collections.Immutable;

namespace SideEye.Store.Derivation;

/// <summary>The names of the tables and views of a file.</summary>
/// <param name="Tables">Of its tables.</param>
/// <param name="Views">Of its views.</param>
internal sealed record StoredNames(ImmutableArray<string> Tables, ImmutableArray<string> Views)
{
    /// <summary>A query for them: a name, and whether it is a view's. It takes DuckDB milliseconds, which goes through
    /// all of its catalogue.</summary>
    public const string Sql = $"SELECT table_name, false FROM duckdb_tables() WHERE {Here} "
        + $"UNION ALL SELECT view_name, true FROM duckdb_views() WHERE {Here}";

    private const string Here = "database_name = current_database() AND schema_name = 'main'";

    /// <summary>The names that the query gave.</summary>
    public static StoredNames Of(IEnumerable<(string Name, bool IsView)> rows)
    {
        ILookup<bool, string> names = rows.ToLookup(static row => row.IsView, static row => row.Name);
        return new StoredNames([.. names[false]], [.. names[true]]);
    }

    /// <summary>Those of a file that has some tables more.</summary>
    public StoredNames With(IEnumerable<string> tables) => this with { Tables = [.. Tables.Union(tables)] };
}
