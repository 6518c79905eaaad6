using DuckDB.NET.Data;
using DuckDB.NET.Native;
using static DuckDB.NET.Native.NativeMethods;

namespace SideEye.Store;

/// <summary>
/// A snapshot file opened for queries: read only, without access to other files or the network, within fixed limits
/// that SQL cannot change. The SQL of strangers may be run on it.
/// </summary>
/// <remarks>For one thread. Several readers may have the same file open.</remarks>
public sealed class SnapshotReader : IDisposable
{
    /// <summary>What the attached file is called.</summary>
    internal const string Catalog = "snapshot";

    private readonly DuckDBConnection connection;

    private SnapshotReader(DuckDBConnection connection) => this.connection = connection;

    /// <summary>Opens a snapshot file.</summary>
    /// <exception cref="StoreException">There is no such file, it is not a snapshot file, or a newer program wrote
    /// it.</exception>
    public static SnapshotReader Open(string path) => Open(path, StoreLimits.ForReading);

    /// <summary>Opens a snapshot file within the given limits.</summary>
    /// <exception cref="StoreException">As for <see cref="Open(string)"/>.</exception>
    public static SnapshotReader Open(string path, StoreLimits limits) => Open(path, limits, "");

    /// <summary>Opens a snapshot file so that SQL of ours can copy rows into files of a folder.</summary>
    /// <exception cref="StoreException">As for <see cref="Open(string)"/>.</exception>
    internal static SnapshotReader OpenToCopy(string path, string folder) =>
        Open(path, StoreLimits.ForReading, $"SET allowed_directories = [{SqlTypes.Literal(folder + "/")}];");

    private static SnapshotReader Open(string path, StoreLimits limits, string rights)
    {
        if (Directory.Exists(path))
            throw new StoreException(StoreError.NotASnapshotFile, $"{path} is a folder, not a snapshot file");
        if (!File.Exists(path))
            throw new StoreException(StoreError.NoSuchFile, $"{path}: no such file");
        // An instance of its own, with the file attached: DuckDB.NET shares instances between connections to one
        // file, and with them their limits. What a person only reads gets no spill file beside it.
        DuckDBConnectionStringBuilder settings = limits.ConnectionString(":memory:");
        settings.TempDirectory = "";
        DuckDBConnection connection = new(settings.ConnectionString);
        try
        {
            connection.Open();
            Run(connection, $"ATTACH {SqlTypes.Literal(path)} AS {Catalog} (TYPE duckdb, READ_ONLY); USE {Catalog}");
            RequireMark(connection, path);
            // Times are shown in UTC wherever the command runs. From here on nothing can be set or opened.
            Run(connection, $"SET TimeZone = 'UTC'; {rights}"
                + "SET enable_external_access = false; SET lock_configuration = true");
            return new SnapshotReader(connection);
        }
        catch (DuckDBException e)
        {
            connection.Dispose();
            throw DuckDbErrors.OnOpen(e, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs one SQL statement and streams its rows.</summary>
    /// <exception cref="StoreException">The SQL is wrong or not allowed, or a limit was reached.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public QueryResult Query(string sql, QueryLimits limits, CancellationToken stop)
    {
        RequireOneStatement(sql);
        DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        return new QueryResult(command, limits, stop);
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private static void RequireMark(DuckDBConnection connection, string path)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText =
            $"SELECT count(*) FROM duckdb_tables() "
            + $"WHERE database_name = '{Catalog}' AND table_name = {SqlTypes.Literal(SnapshotFile.MarkTable)}";
        if (command.ExecuteScalar() is not > 0L)
            throw NotOurs(path);
        command.CommandText =
            $"SELECT max(version)::INTEGER FROM {SnapshotFile.MarkTable} "
            + $"WHERE format = {SqlTypes.Literal(SnapshotFile.Format)}";
        if (command.ExecuteScalar() is not int version)
            throw NotOurs(path);
        if (version > SnapshotFile.FormatVersion)
        {
            throw new StoreException(StoreError.NewerVersion,
                $"{path} has format version {version}, this program reads up to {SnapshotFile.FormatVersion}; "
                + "use a newer sideeye");
        }
    }

    private static StoreException NotOurs(string path) =>
        new(StoreError.NotASnapshotFile, $"{path} is a DuckDB file but not a snapshot of sideeye");

    /// <summary>One statement, so that what is answered is what was asked; also finds syntax errors.</summary>
    private void RequireOneStatement(string sql)
    {
        int count = ExtractStatements.DuckDBExtractStatements(
            connection.NativeConnection, sql, out DuckDBExtractedStatements statements);
        using (statements)
        {
            if (count > 1)
                throw new StoreException(StoreError.Sql, $"one statement at a time; the query has {count}");
            if (count == 1)
                return;
            string? problem = ExtractStatements.DuckDBExtractStatementsError(statements);
            throw new StoreException(StoreError.Sql,
                string.IsNullOrEmpty(problem) ? "the query is empty" : problem.Trim());
        }
    }

    private static void Run(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
