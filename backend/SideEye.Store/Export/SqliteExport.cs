using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace SideEye.Store.Export;

/// <summary>
/// Writes a snapshot as an SQLite file: every table, views that SQLite understands as views, the others as tables. The
/// file grows under the name path + ".partial" and takes its own name in one step.
/// </summary>
public sealed class SqliteExport
{
    /// <summary>Name of the table with the descriptions of tables and columns.</summary>
    public const string CommentsTable = "table_comments";

    private const int ColumnsMax = 2_000;

    /// <summary>https://www.sqlite.org/fileformat2.html section 1.3: what every SQLite file begins with.</summary>
    private static readonly byte[] Magic = "SQLite format 3\0"u8.ToArray();

    private readonly SnapshotReader reader;
    private readonly SqliteConnection connection;
    private readonly ExportLimits limits;
    private readonly CancellationToken stop;
    private readonly ImmutableArray<string>.Builder tables = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder views = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder leftOut = ImmutableArray.CreateBuilder<string>();
    private long rows;

    private SqliteExport(
        SnapshotReader reader, SqliteConnection connection, ExportLimits limits, CancellationToken stop)
    {
        this.reader = reader;
        this.connection = connection;
        this.limits = limits;
        this.stop = stop;
    }

    /// <summary>Writes the file, replacing an SQLite file of that name but nothing else.</summary>
    /// <exception cref="StoreException">The file cannot be written, or the snapshot cannot be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static ExportOutcome Write(SnapshotReader reader, string path, ExportLimits limits, CancellationToken stop)
    {
        RequireReplaceable(path);
        string partialPath = path + SnapshotFile.PartialSuffix;
        try
        {
            File.Delete(partialPath);
            ExportOutcome outcome;
            using (SqliteConnection connection = new(new SqliteConnectionStringBuilder
            {
                DataSource = partialPath,
                Pooling = false,
            }.ConnectionString))
            {
                connection.Open();
                outcome = new SqliteExport(reader, connection, limits, stop).Run();
            }
            File.Move(partialPath, path, overwrite: true);
            return outcome;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: {e.Message}", e);
        }
        finally
        {
            Remove(partialPath);
        }
    }

    private ExportOutcome Run()
    {
        // Nobody sees the file before it is complete: what a crash leaves is removed, so nothing has to be safe.
        Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
        ImmutableArray<SnapshotTable> all = SnapshotTable.Of(reader, stop);
        foreach (SnapshotTable table in all.Where(table => !table.IsView))
            WriteTable(table, QueryLimits.None);
        IReadOnlySet<string> names = all.SelectMany(table => table.Columns.Select(column => column.Name)
            .Append(table.Name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (SnapshotTable view in all.Where(table => table.IsView))
        {
            if (!TryView(view, names))
                WriteViewAsTable(view);
        }
        WriteComments(all);
        Execute("COMMIT");
        return new ExportOutcome(tables.ToImmutable(), views.ToImmutable(), rows, leftOut.ToImmutable());
    }

    private void WriteTable(SnapshotTable table, QueryLimits query)
    {
        if (table.Columns.Length >= ColumnsMax)
        {
            throw new StoreException(StoreError.NotWritable,
                $"table {table.Name} has {table.Columns.Length} columns; SQLite takes fewer than {ColumnsMax}");
        }
        SqliteColumn[] columns = [.. table.Columns.Select(SqliteColumn.Of)];
        string name = NameOf(table.Name);
        Execute($"CREATE TABLE {SqlTypes.Quote(name)} ("
            + string.Join(", ", columns.Select(each => $"{SqlTypes.Quote(each.Name)} {each.Affinity}")) + ")");
        // Rows keep their ids, which links refer to.
        bool hasRowIds = !table.IsView && !Array.Exists(columns, static each =>
            each.Name.Equals("rowid", StringComparison.OrdinalIgnoreCase)
            || each.Name.Equals("_rowid_", StringComparison.OrdinalIgnoreCase));
        string ids = hasRowIds ? "rowid AS \"row id\", " : "";
        string select = $"SELECT {ids}{string.Join(", ", columns.Select(each => each.Select))} "
            + $"FROM {SqlTypes.Quote(table.Name)}";
        string into = hasRowIds ? "_rowid_, " : "";
        int count = columns.Length + (hasRowIds ? 1 : 0);
        string insert = $"INSERT INTO {SqlTypes.Quote(name)} "
            + $"({into}{string.Join(", ", columns.Select(each => SqlTypes.Quote(each.Name)))}) "
            + $"VALUES ({string.Join(", ", Enumerable.Repeat("?", count))})";
        using QueryResult source = reader.Query(select, query, stop);
        using SqliteRows target = new(connection, insert);
        while (source.Read())
        {
            target.Append(source);
            rows++;
        }
        tables.Add(table.Name);
    }

    private bool TryView(SnapshotTable view, IReadOnlySet<string> names)
    {
        string create;
        using (QueryResult text = reader.Query(
            $"SELECT sql FROM duckdb_views() WHERE database_name = '{SnapshotReader.Catalog}' "
            + $"AND view_name = {SqlTypes.Literal(view.Name)}", QueryLimits.None, stop))
        {
            if (!text.Read())
                return false;
            create = text.GetText(0);
        }
        if (PortableView.Select(create, names) is not string select)
            return false;
        string name = SqlTypes.Quote(NameOf(view.Name));
        try
        {
            Execute($"CREATE VIEW {name} AS {select}");
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {name} LIMIT 0";
            using SqliteDataReader columns = command.ExecuteReader();
            IEnumerable<string> found = Enumerable.Range(0, columns.FieldCount).Select(columns.GetName);
            if (!found.SequenceEqual(view.Columns.Select(column => column.Name)))
                throw new SqliteException("other columns", 1);
        }
        catch (SqliteException)
        {
            Execute($"DROP VIEW IF EXISTS {name}");
            return false;
        }
        views.Add(view.Name);
        return true;
    }

    private void WriteViewAsTable(SnapshotTable view)
    {
        long before = rows;
        try
        {
            WriteTable(view, limits.View);
        }
        catch (StoreException e)
        {
            // A view is computed, so that it may fail or be endless; its tables are there.
            Execute($"DROP TABLE IF EXISTS {SqlTypes.Quote(NameOf(view.Name))}");
            rows = before;
            leftOut.Add($"{view.Name}: {e.Message}");
        }
    }

    private void WriteComments(ImmutableArray<SnapshotTable> all)
    {
        string name = SqlTypes.Quote(CommentsTable);
        Execute($"CREATE TABLE {name} (table_name TEXT, column_name TEXT, comment TEXT)");
        foreach (SnapshotTable table in all)
        {
            Comment(NameOf(table.Name), null, table.Comment);
            foreach (SnapshotColumn column in table.Columns)
                Comment(NameOf(table.Name), column.Name, column.Comment);
        }
    }

    private void Comment(string table, string? column, string? comment)
    {
        if (comment is null)
            return;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO {SqlTypes.Quote(CommentsTable)} VALUES ($table, $column, $comment)";
        command.Parameters.AddWithValue("$table", table);
        command.Parameters.AddWithValue("$column", (object?)column ?? DBNull.Value);
        command.Parameters.AddWithValue("$comment", comment);
        command.ExecuteNonQuery();
    }

    /// <summary>SQLite keeps names that begin with sqlite_ for itself, and one is ours.</summary>
    private static string NameOf(string table) =>
        table.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase)
            || table.Equals(CommentsTable, StringComparison.OrdinalIgnoreCase) ? "_" + table : table;

    private void Execute(string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void RequireReplaceable(string path)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: there is no folder {folder}");
        if (Directory.Exists(path))
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: it is a folder");
        if (!File.Exists(path))
            return;
        byte[] head = new byte[Magic.Length];
        using FileStream file = File.OpenRead(path);
        if (file.Length > 0 && (file.ReadAtLeast(head, head.Length, false) < head.Length || !head.SequenceEqual(Magic)))
        {
            throw new StoreException(StoreError.NotWritable,
                $"{path} exists and is no SQLite file; choose another name or remove it");
        }
    }

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing depends on the leftover, and the next export removes it.
        }
    }
}
