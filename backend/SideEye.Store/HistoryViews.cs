using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DuckDB.NET.Data;
using SideEye.Store.Sql;

namespace SideEye.Store;

/// <summary>
/// The views <c>history.name</c>: the tables called <c>name</c> of many files, one below the other. Only files and
/// tables that a query names are touched.
/// </summary>
internal static class HistoryViews
{
    /// <summary>Name of the catalog that holds the views.</summary>
    public const string Catalog = "history";

    private const string SnapshotId = "snapshot_id";
    private const string CapturedAt = "captured_at";

    /// <summary>Creates the views that a query names; none when it names no table of the history.</summary>
    public static void Create(
        DuckDBConnection connection, IReadOnlyList<HistoryFile> files, ImmutableArray<NamedTable> named,
        ImmutableArray<HistoryGap>.Builder gaps, CancellationToken stop)
    {
        string[] tables = [.. named.Where(IsOfHistory).Select(table => table.Name)
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        if (tables.Length == 0)
            return;
        SnapshotReader.Run(connection, $"ATTACH ':memory:' AS {Catalog}");
        List<(string Catalog, HistoryFile File)> attached = [];
        foreach (HistoryFile file in files)
        {
            stop.ThrowIfCancellationRequested();
            string catalog = string.Create(CultureInfo.InvariantCulture, $"past_{attached.Count + gaps.Count}");
            if (WhyNot(connection, file, catalog) is string reason)
                gaps.Add(new HistoryGap(file.SnapshotId, reason));
            else
                attached.Add((catalog, file));
        }
        ILookup<(string Catalog, string Table), string> columns = ColumnsOf(connection, tables);
        foreach (string table in tables)
            CreateView(connection, table, attached, columns);
    }

    private static bool IsOfHistory(NamedTable table) =>
        table.Catalog.Equals(Catalog, StringComparison.OrdinalIgnoreCase)
        || (table.Catalog.Length == 0 && table.Schema.Equals(Catalog, StringComparison.OrdinalIgnoreCase));

    private static string? WhyNot(DuckDBConnection connection, HistoryFile file, string catalog)
    {
        try
        {
            if (!File.Exists(file.Path))
                return "its file is gone";
            SnapshotReader.Attach(connection, file.Path, catalog);
            return null;
        }
        catch (DuckDBException e)
        {
            return Told(DuckDbErrors.OnOpen(e, file.Path), file);
        }
        catch (StoreException e)
        {
            SnapshotReader.Run(connection, $"DETACH {catalog}");
            return Told(e, file);
        }
    }

    /// <summary>The reason without the path, which is nobody's business who asks.</summary>
    private static string Told(StoreException e, HistoryFile file) =>
        e.Message.Replace(file.Path, "its file", StringComparison.Ordinal);

    private static ILookup<(string Catalog, string Table), string> ColumnsOf(
        DuckDBConnection connection, string[] tables)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT database_name, lower(table_name), column_name FROM duckdb_columns() "
            + $"WHERE schema_name = 'main' AND starts_with(database_name, 'past_') AND lower(table_name) IN ("
            + string.Join(", ", tables.Select(table => SqlTypes.Literal(table.ToLowerInvariant()))) + ")";
        using DuckDBDataReader rows = command.ExecuteReader();
        List<((string, string) Key, string Column)> columns = [];
        while (rows.Read())
            columns.Add(((rows.GetString(0), rows.GetString(1)), rows.GetString(2)));
        return columns.ToLookup(each => each.Key, each => each.Column);
    }

    private static void CreateView(
        DuckDBConnection connection, string table, List<(string Catalog, HistoryFile File)> attached,
        ILookup<(string Catalog, string Table), string> columns)
    {
        StringBuilder sql = new();
        foreach ((string catalog, HistoryFile file) in attached)
        {
            if (!columns.Contains((catalog, table.ToLowerInvariant())))
                continue;
            string before = sql.Length > 0 ? " UNION ALL BY NAME "
                : $"CREATE VIEW {Catalog}.main.{SqlTypes.Quote(table)} AS ";
            sql.Append(before).Append(Rows(catalog, table, file, columns[(catalog, table.ToLowerInvariant())]));
        }
        // Without a file that has it there is no view, and DuckDB says that there is no such table.
        if (sql.Length > 0)
            SnapshotReader.Run(connection, sql.ToString());
    }

    /// <summary>Columns of the table's own that are called as those in front are named after the table.</summary>
    private static string Rows(string catalog, string table, HistoryFile file, IEnumerable<string> columns)
    {
        string own = string.Join(", ", columns
            .Where(column => column is SnapshotId or CapturedAt)
            .Select(column => $"{column} AS {SqlTypes.Quote($"{table.ToLowerInvariant()}_{column}")}"));
        string time = file.CapturedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        return $"SELECT {SqlTypes.Literal(file.SnapshotId)} AS {SnapshotId}, "
            + $"TIMESTAMPTZ '{time}+00' AS {CapturedAt}, *{(own.Length == 0 ? "" : $" RENAME ({own})")} "
            + $"FROM {catalog}.main.{SqlTypes.Quote(table)}";
    }
}
