using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using SideEye.Store.Sql;

namespace SideEye.Store.Derivation;

/// <summary>
/// Runs the SQL of a spec in a file that is being written: the SQL sees no other file and no network, can change no
/// setting, is one SELECT, and ends at its limits.
/// </summary>
internal sealed class SpecSql
{
    private static readonly string[] BeforeRun =
        ["Parser Error: ", "Binder Error: ", "Catalog Error: ", "Not implemented Error: "];

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly DuckDBConnection connection;
    private readonly string file;
    private readonly DerivationLimits limits;
    private readonly CancellationToken stop;

    /// <summary>Takes the connection over: from here on nothing can be set or opened.</summary>
    public SpecSql(DuckDBConnection connection, string file, DerivationLimits limits, CancellationToken stop)
    {
        this.connection = connection;
        this.file = file;
        this.limits = limits;
        this.stop = stop;
        // Each statement is a transaction of its own here; the one checkpoint is that of the file's completion.
        Run("SET checkpoint_threshold = '16GiB'");
        Run($"SET TimeZone = 'UTC'; SET max_temp_directory_size = '{limits.SpillBytesMax / 1024}KiB';"
            + "SET enable_external_access = false; SET lock_configuration = true");
    }

    /// <summary>Runs SQL of ours.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public void Run(string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        try
        {
            command.ExecuteNonQuery();
        }
        catch (DuckDBException e)
        {
            throw DuckDbErrors.OnQuery(e);
        }
    }

    /// <summary>Runs several statements of ours as one transaction: all of them or none.</summary>
    /// <exception cref="StoreException">One of them failed.</exception>
    public void RunTogether(string sql) => Run($"BEGIN;{sql}\n;COMMIT");

    /// <summary>The rows that SQL of ours gives.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public List<object?[]> Rows(string sql) => Limited(sql, static command =>
    {
        List<object?[]> rows = [];
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            object?[] row = new object?[reader.FieldCount];
            for (int column = 0; column < row.Length; column++)
                row[column] = reader.IsDBNull(column) ? null : reader.GetValue(column);
            rows.Add(row);
        }
        return rows;
    });

    /// <summary>Runs a statement that holds SQL of a spec, which <see cref="RequireSelect"/> found harmless.</summary>
    /// <returns>Rows that it wrote.</returns>
    /// <exception cref="StoreException">It failed or reached a limit.</exception>
    public long RunLimited(string sql) => Limited(sql, static command => (long)command.ExecuteNonQuery());

    /// <summary>Whether text is one SELECT, whatever it is over: alone it is one statement, so that no bracket closes
    /// ours, and in brackets only a SELECT parses.</summary>
    public bool IsSelect(string select) => select.Length <= limits.SqlCharsMax && Count(select) == 1
        && Count($"SELECT * FROM (\n{select}\n)") == 1;

    /// <summary>
    /// Makes sure that <paramref name="select"/> is one SELECT over tables and columns that are there; DuckDB's parser
    /// decides.
    /// </summary>
    /// <exception cref="StoreException">It is not; the message has DuckDB's words and the place.</exception>
    public void RequireSelect(string select)
    {
        if (select.Length == 0)
            throw new StoreException(StoreError.Sql, "the SQL is empty");
        if (select.Length > limits.SqlCharsMax)
            throw new StoreException(StoreError.Sql, $"the SQL is longer than {limits.SqlCharsMax} characters");
        // In brackets only a SELECT parses; alone it parsed before, so that no bracket closes ours.
        SqlStatements.RequireOne(connection, select);
        SqlStatements.RequireOne(connection, $"SELECT * FROM (\n{select}\n)");
        SqlStatements.RequireKnown(connection, select);
    }

    /// <summary>Makes sure that text is one expression: it parses with and without brackets around it.</summary>
    /// <exception cref="StoreException">It is not.</exception>
    public void RequireExpression(string expression)
    {
        if (SqlTokens.HasOuterComma(expression) || Count($"SELECT {expression}") != 1
            || Count($"SELECT (\n{expression}\n)") != 1)
        {
            throw new StoreException(StoreError.Sql, "is not one SQL expression");
        }
    }

    /// <summary>Whether the message says that a table or column is missing.</summary>
    public static bool IsMissingSource(StoreException e) =>
        e.Message.StartsWith("Catalog Error: Table with name ", StringComparison.Ordinal)
        || (e.Message.StartsWith("Binder Error: ", StringComparison.Ordinal)
            && (e.Message.Contains("Referenced column \"", StringComparison.Ordinal)
                || e.Message.Contains("does not have a column named", StringComparison.Ordinal)));

    /// <summary>Whether DuckDB found the statement wrong before it ran it: its words, or names that are not there.
    /// </summary>
    public static bool IsAboutText(StoreException e) => BeforeRun.Any(
        kind => e.Message.StartsWith(kind, StringComparison.Ordinal));

    private int Count(string sql) => SqlStatements.Count(connection, sql, out _);

    private T Limited<T>(string sql, Func<DuckDBCommand, T> run)
    {
        stop.ThrowIfCancellationRequested();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        string? reached = null;
        long started = Stopwatch.GetTimestamp();
        long sizeMax = FileSize() + limits.FileGrowthBytesMax;
        void Look(object? state)
        {
            reached = Stopwatch.GetElapsedTime(started) > limits.TimeMax ? TimeText()
                : FileSize() > sizeMax ? SizeText() : reached;
            if (reached is not null || stop.IsCancellationRequested)
                command.Cancel();
        }
        using Timer timer = new(Look, null, LookEvery, LookEvery);
        try
        {
            return run(command);
        }
        catch (Exception e) when (e is DuckDBException or OperationCanceledException or InvalidOperationException)
        {
            stop.ThrowIfCancellationRequested();
            if (reached is not null)
                throw new StoreException(StoreError.TimeLimit, reached, e);
            // Of a statement with parameters, DuckDB.NET says how many values it did not get.
            throw e is DuckDBException failure ? DuckDbErrors.OnQuery(failure)
                : new StoreException(StoreError.Sql, SqlStatements.ParametersRefused, e);
        }
        finally
        {
            // No look is under way any more when the command goes.
            using ManualResetEvent ended = new(false);
            if (timer.Dispose(ended))
                ended.WaitOne();
        }
    }

    private long FileSize()
    {
        FileInfo entry = new(file);
        return entry.Exists ? entry.Length : 0;
    }

    private string TimeText() => string.Create(CultureInfo.InvariantCulture,
        $"took longer than {limits.TimeMax.TotalSeconds:0.###} s; make it smaller");

    private string SizeText() =>
        $"grew the file by more than {limits.FileGrowthBytesMax >> 20} MiB; select fewer rows or columns";
}
