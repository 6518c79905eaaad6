using System.Text;
using DuckDB.NET.Data;

namespace SideEye.Store;

/// <summary>
/// Moves rows between two tables of one file whose columns need not be the same: what is missing is added, and a column
/// whose types differ becomes one that holds either exactly.
/// </summary>
internal sealed class TableMerge(DuckDBConnection connection)
{
    private const string Json = "JSON";
    private const string Text = "VARCHAR";

    /// <summary>Moves the rows of <paramref name="from"/> into <paramref name="into"/>, which is made when there is
    /// none. <paramref name="from"/> is gone afterwards.</summary>
    /// <param name="from">The table whose rows move.</param>
    /// <param name="into">The table that gets them.</param>
    /// <param name="isThere">Whether <paramref name="into"/> is there.</param>
    /// <param name="onlyIf">SQL condition over the rows that move; null for all.</param>
    /// <returns>The columns of <paramref name="into"/> whose type was changed, and to which.</returns>
    public IReadOnlyList<KeyValuePair<string, string>> Move(string from, string into, bool isThere, string? onlyIf)
    {
        if (!isThere)
        {
            Run($"ALTER TABLE {SqlTypes.Quote(from)} RENAME TO {SqlTypes.Quote(into)}");
            return [];
        }
        Dictionary<string, string> theirs = ColumnsOf(from);
        Dictionary<string, string> ours = ColumnsOf(into);
        List<KeyValuePair<string, string>> changed = [];
        StringBuilder selected = new();
        foreach ((string column, string type) in theirs)
        {
            string name = SqlTypes.Quote(column);
            selected.Append(selected.Length == 0 ? "" : ", ");
            if (!ours.TryGetValue(column, out string? our))
                Run($"ALTER TABLE {SqlTypes.Quote(into)} ADD COLUMN {name} {type}");
            else if (our != type && our != Both(our, type))
                changed.Add(new(column, Widen(into, column, Both(our, type))));
            selected.Append(Converted(name, type, our is null || our == type ? type : Both(our, type)));
        }
        Run($"INSERT INTO {SqlTypes.Quote(into)} BY NAME SELECT {selected} FROM {SqlTypes.Quote(from)}"
            + (onlyIf is null ? "" : $" WHERE {onlyIf}"));
        Run($"DROP TABLE {SqlTypes.Quote(from)}");
        return changed;
    }

    /// <summary>A type that holds the values of two others exactly.</summary>
    private static string Both(string one, string other) => one == Json || other == Json ? Json : Text;

    private static string Converted(string name, string type, string wanted) => wanted switch
    {
        _ when type == wanted => name,
        Json => $"to_json({name}) AS {name}",
        _ => $"{name}::{wanted} AS {name}",
    };

    private string Widen(string table, string column, string type)
    {
        string name = SqlTypes.Quote(column);
        string value = type == Json ? $"to_json({name})" : $"{name}::{type}";
        Run($"ALTER TABLE {SqlTypes.Quote(table)} ALTER COLUMN {name} SET DATA TYPE {type} USING {value}");
        return type;
    }

    private Dictionary<string, string> ColumnsOf(string table)
    {
        Dictionary<string, string> columns = new(StringComparer.Ordinal);
        using DuckDBCommand command = connection.CreateCommand();
        // Of one table alone that is much faster than to select from duckdb_columns(), which goes through all.
        command.CommandText = $"DESCRIBE {SqlTypes.Quote(table)}";
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read())
            columns.Add(reader.GetString(0), reader.GetString(1));
        return columns;
    }

    private void Run(string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
