using System.Collections.Immutable;

namespace SideEye.Store;

/// <summary>A table or view of a snapshot file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsView">Whether it is computed when it is asked.</param>
/// <param name="Comment">Its description; null without one.</param>
/// <param name="Columns">Its columns, in order.</param>
public sealed record SnapshotTable(string Name, bool IsView, string? Comment, ImmutableArray<SnapshotColumn> Columns)
{
    private const string Catalog =
        $"database_name = '{SnapshotReader.Catalog}' AND schema_name = 'main' AND NOT internal";

    /// <summary>The tables and then the views of a file, in the order of their creation, without its mark.</summary>
    /// <exception cref="StoreException">The file is damaged.</exception>
    public static ImmutableArray<SnapshotTable> Of(SnapshotReader reader, CancellationToken stop)
    {
        Dictionary<string, List<SnapshotColumn>> columns = [];
        using (QueryResult rows = reader.Query(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
            + $"WHERE {Catalog} ORDER BY table_oid, column_index", QueryLimits.None, stop))
        {
            while (rows.Read())
            {
                string table = rows.GetText(0);
                if (!columns.TryGetValue(table, out List<SnapshotColumn>? list))
                    columns.Add(table, list = []);
                list.Add(new SnapshotColumn(rows.GetText(1), rows.GetText(2), rows.IsNull(3) ? null : rows.GetText(3)));
            }
        }
        ImmutableArray<SnapshotTable>.Builder tables = ImmutableArray.CreateBuilder<SnapshotTable>();
        using QueryResult found = reader.Query(
            $"SELECT table_name, comment, false FROM (FROM duckdb_tables() WHERE {Catalog} ORDER BY table_oid) "
            + $"UNION ALL SELECT view_name, comment, true FROM (FROM duckdb_views() WHERE {Catalog} ORDER BY view_oid)",
            QueryLimits.None, stop);
        while (found.Read())
        {
            string name = found.GetText(0);
            if (name == SnapshotFile.MarkTable)
                continue;
            tables.Add(new SnapshotTable(name, found.GetBoolean(2), found.IsNull(1) ? null : found.GetText(1),
                [.. columns.GetValueOrDefault(name, [])]));
        }
        return tables.ToImmutable();
    }

    /// <summary>How many rows there are; for a view it is computed.</summary>
    /// <exception cref="StoreException">The view fails, or a limit was reached.</exception>
    public long CountRows(SnapshotReader reader, QueryLimits limits, CancellationToken stop)
    {
        using QueryResult count = reader.Query($"SELECT count(*) FROM {SqlTypes.Quote(Name)}", limits, stop);
        return count.Read() ? count.GetInt64(0) : 0;
    }
}

/// <summary>A column of a table or view.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's type.</param>
/// <param name="Comment">Its description; null without one.</param>
public sealed record SnapshotColumn(string Name, string Type, string? Comment);
