using System.Collections.Immutable;
using System.Text;
using DuckDB.NET.Data;
using SideEye.Store.Sql;

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

    /// <summary>Keeps everybody from opening files, also those that are attached: to write, under another name. What is
    /// open stays readable. DuckDB allows no way back.</summary>
    private const string NoFiles =
        "SET enable_external_access = false; SET disabled_filesystems = 'LocalFileSystem';";

    private readonly StoreLimits limits;
    private readonly string state;
    private DuckDBConnection connection;

    private SnapshotReader(DuckDBConnection connection, StoreLimits limits)
    {
        this.connection = connection;
        this.limits = limits;
        state = StateOf(connection);
    }

    /// <summary>What of the history could not be had, when it was asked for.</summary>
    public ImmutableArray<HistoryGap> Gaps { get; private init; } = [];

    /// <summary>Opens a snapshot file.</summary>
    /// <exception cref="StoreException">There is no such file, it is not a snapshot file, or a newer program wrote
    /// it.</exception>
    public static SnapshotReader Open(string path) => Open(path, StoreLimits.ForReading);

    /// <summary>Opens a snapshot file within the given limits.</summary>
    /// <exception cref="StoreException">As for <see cref="Open(string)"/>.</exception>
    public static SnapshotReader Open(string path, StoreLimits limits) => Open(path, limits, null, NoFiles);

    /// <summary>Opens a snapshot file with an instance that is there already, within its limits.</summary>
    /// <exception cref="StoreException">As for <see cref="Open(string)"/>.</exception>
    public static SnapshotReader Open(string path, SpareInstances spares) => Open(path, spares.Limits, spares, NoFiles);

    /// <summary>Opens a snapshot file so that SQL of ours can copy rows into files of a folder.</summary>
    /// <exception cref="StoreException">As for <see cref="Open(string)"/>.</exception>
    internal static SnapshotReader OpenToCopy(string path, string folder) =>
        Open(path, StoreLimits.ForReading, null,
            $"SET allowed_directories = [{SqlTypes.Literal(folder + "/")}]; SET enable_external_access = false;");

    /// <summary>
    /// Opens a snapshot file together with the rows of others, as far as a query names them: each table of
    /// <c>history</c> has the rows of all files, with <c>snapshot_id</c> and <c>captured_at</c> in front.
    /// </summary>
    /// <param name="path">The file whose tables have plain names; null for none.</param>
    /// <param name="history">The other files.</param>
    /// <param name="sql">The query that will be asked.</param>
    /// <param name="limits">Memory and threads.</param>
    /// <param name="stop">Cancels the opening of many files.</param>
    /// <exception cref="StoreException">The query may not run, or the file of <paramref name="path"/> cannot be
    /// read.</exception>
    public static SnapshotReader OpenWithHistory(
        string? path, IReadOnlyList<HistoryFile> history, string sql, StoreLimits limits, CancellationToken stop)
    {
        if (path is not null)
            RequireFile(path);
        ImmutableArray<HistoryGap>.Builder gaps = ImmutableArray.CreateBuilder<HistoryGap>();
        return Open(path ?? "", limits, null, connection =>
        {
            ImmutableArray<NamedTable> named = StatementReview.Of(connection, sql, limits).Tables;
            if (path is not null)
                Attach(connection, path);
            HistoryViews.Create(connection, history, named, gaps, stop);
            Run(connection, $"SET threads = {limits.ThreadsMax}; USE {(path is null ? "memory" : Catalog)}");
        }, NoFiles, gaps);
    }

    /// <summary>Whether a query may name a table of <c>history</c>: a guess on the safe side.</summary>
    public static bool MayNameHistory(string sql) => SqlTokens.Of(sql).Any(token =>
        token.IsName && token.Value.Equals(HistoryViews.Catalog, StringComparison.OrdinalIgnoreCase));

    private static SnapshotReader Open(string path, StoreLimits limits, SpareInstances? spares, string rights)
    {
        RequireFile(path);
        FileInfo file = new(path);
        long bytes = file.Exists ? file.Length : 0;
        return Open(path, limits, spares, connection =>
        {
            Attach(connection, path);
            Run(connection, $"SET threads = {limits.ThreadsFor(bytes)}; USE {Catalog}");
        }, rights, ImmutableArray.CreateBuilder<HistoryGap>());
    }

    private static SnapshotReader Open(
        string path, StoreLimits limits, SpareInstances? spares, Action<DuckDBConnection> attach, string rights,
        ImmutableArray<HistoryGap>.Builder gaps)
    {
        // An instance of its own, with the file attached: DuckDB.NET shares instances between connections to one
        // file, and with them their limits.
        DuckDBConnection? connection = null;
        try
        {
            connection = spares?.Take() ?? SpareInstances.OpenToRead(limits);
            attach(connection);
            // Times are shown in UTC wherever the command runs. From here on nothing can be set or opened.
            Run(connection, $"SET GLOBAL TimeZone = 'UTC'; {rights} SET lock_configuration = true");
            return new SnapshotReader(connection, limits) { Gaps = gaps.ToImmutable() };
        }
        catch (DuckDBException e)
        {
            connection?.Dispose();
            throw DuckDbErrors.OnOpen(e, path);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Runs one query and streams its rows.</summary>
    /// <exception cref="StoreException">The SQL is wrong or not allowed, or a limit was reached.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public QueryResult Query(string sql, QueryLimits limits, CancellationToken stop)
    {
        ReviewedQuery reviewed = StatementReview.Of(connection, sql, this.limits);
        return QueryOurs(reviewed.Text.Run, limits, stop);
    }

    /// <summary>Runs a statement of ours, which may copy where <see cref="OpenToCopy"/> allows it.</summary>
    internal QueryResult QueryOurs(string sql, QueryLimits limits, CancellationToken stop)
    {
        DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        return new QueryResult(command, limits, stop);
    }

    /// <summary>Runs one query and streams its rows as Arrow record batches.</summary>
    /// <exception cref="StoreException">The SQL is wrong or not allowed, or a limit was reached.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public BatchResult QueryBatches(string sql, QueryLimits limits, CancellationToken stop)
    {
        ReviewedQuery reviewed = StatementReview.Of(connection, sql, this.limits);
        ResultShape shape = ResultShape.Of(connection, reviewed.Text);
        DuckDBCommand command = connection.CreateCommand();
        command.CommandText = shape.Sql;
        command.UseStreamingMode = true;
        return new BatchResult(
            command, shape.Columns, [.. reviewed.Tables.Select(static table => table.Name)], limits, stop);
    }

    /// <summary>
    /// Makes the reader of one snapshot ready for somebody else: in a session of its own, so that nothing of the last
    /// one is there, whatever that did.
    /// </summary>
    /// <returns>False when what is open is not what was opened; then it is to be discarded.</returns>
    public bool TryRenew()
    {
        DuckDBConnection last = connection;
        try
        {
            connection = last.Duplicate();
            connection.Open();
            Run(connection, $"USE {Catalog}");
            return StateOf(connection) == state;
        }
        catch (DuckDBException)
        {
            return false;
        }
        finally
        {
            last.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    /// <summary>Closes the reader without waiting for that.</summary>
    public void Discard() => SpareInstances.Discard(connection);

    /// <summary>Attaches a file and makes sure that it is a snapshot.</summary>
    /// <exception cref="DuckDBException">It cannot be attached.</exception>
    /// <exception cref="StoreException">It is no snapshot of ours.</exception>
    internal static void Attach(DuckDBConnection connection, string path, string catalog = Catalog)
    {
        Run(connection, $"ATTACH {SqlTypes.Literal(path)} AS {catalog} (TYPE duckdb, READ_ONLY)");
        RequireMark(connection, path, catalog);
    }

    /// <summary>What sessions share and could change if SQL got past its review: each file that is attached has a
    /// number of its own. Settings are locked.</summary>
    private static string StateOf(DuckDBConnection connection)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT database_name, database_oid, readonly, current_setting('enable_logging') "
            + "FROM duckdb_databases()";
        using DuckDBDataReader rows = command.ExecuteReader();
        StringBuilder state = new();
        while (rows.Read())
        {
            if (rows.GetString(0) != "temp") // each session has its own
                state.Append($"{rows.GetString(0)} {rows.GetValue(1)} {rows.GetValue(2)} {rows.GetValue(3)},");
        }
        return state.ToString();
    }

    private static void RequireFile(string path)
    {
        if (Directory.Exists(path))
            throw new StoreException(StoreError.NotASnapshotFile, $"{path} is a folder, not a snapshot file");
        if (!File.Exists(path))
            throw new StoreException(StoreError.NoSuchFile, $"{path}: no such file");
    }

    private static void RequireMark(DuckDBConnection connection, string path, string catalog)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT max(version)::INTEGER FROM {catalog}.main.{SnapshotFile.MarkTable} "
            + $"WHERE format = {SqlTypes.Literal(SnapshotFile.Format)}";
        int version;
        try
        {
            version = command.ExecuteScalar() as int? ?? throw NotOurs(path);
        }
        catch (DuckDBException e) when (IsAboutNames(e.Message))
        {
            throw NotOurs(path);
        }
        if (version > SnapshotFile.FormatVersion)
        {
            throw new StoreException(StoreError.NewerVersion,
                $"{path} has format version {version}, this program reads up to {SnapshotFile.FormatVersion}; "
                + "use a newer sideeye");
        }
    }

    /// <summary>Whether a table or column is not there, as opposed to not readable.</summary>
    private static bool IsAboutNames(string message) =>
        message.StartsWith("Catalog Error", StringComparison.Ordinal)
        || message.StartsWith("Binder Error", StringComparison.Ordinal);

    private static StoreException NotOurs(string path) =>
        new(StoreError.NotASnapshotFile, $"{path} is a DuckDB file but not a snapshot of sideeye");

    internal static void Run(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
