using System.Globalization;
using Apache.Arrow;
using DuckDB.NET.Data;
using SideEye.Store.Derivation;

namespace SideEye.Store;

/// <summary>
/// A snapshot file being written. It grows under the name path + ".partial" and takes its own name in one step on
/// <see cref="Commit"/>, so that a half-written file never appears; what is not committed is removed on disposal.
/// </summary>
/// <remarks>For one thread. A file of the same name is replaced on commit.</remarks>
public sealed partial class SnapshotFile : IDisposable
{
    /// <summary>What a file is called until it is complete.</summary>
    public const string PartialSuffix = ".partial";

    /// <summary>The key of Arrow metadata whose value becomes the COMMENT of a table or column.</summary>
    public const string CommentKey = "comment";

    /// <summary>Name of the one-row table that marks a file as ours: <c>format, version</c>.</summary>
    internal const string MarkTable = "sideeye_file";

    /// <summary>The format that <see cref="MarkTable"/> names.</summary>
    internal const string Format = "side-eye snapshot";

    /// <summary>The newest version of the format that this program reads, and the one that it writes.</summary>
    internal const int FormatVersion = 1;

    /// <summary>Rows of texts of any kind below which it takes longer to look for what they have in common than it
    /// saves.</summary>
    private const long SimilarRowsMin = 1_000;

    private readonly string path;
    private readonly string partialPath;
    private readonly DuckDBConnection connection;
    private readonly Dictionary<string, Schema> tables = []; // to which rows can be appended
    private readonly HashSet<string> repeating = []; // tables whose texts repeat
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase); // of all tables
    private readonly Dictionary<string, TableAppender> appenders = [];
    private bool open = true;
    private bool isInTransaction;
    private long similarRows;
    private StoredNames? begun; // what it had when it was made, ready to be derived from
    private bool closesLater; // when nobody waits any more

    private SnapshotFile(string path, DuckDBConnection connection)
    {
        this.path = path;
        partialPath = path + PartialSuffix;
        this.connection = connection;
    }

    /// <summary>
    /// Computes extra columns, derived tables and links, in place of those that are there. Nothing can be appended
    /// afterwards, and SQL reaches no other file.
    /// </summary>
    /// <exception cref="StoreException">The file cannot be written; what is wrong with the spec's SQL is in the
    /// outcome and in the file.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public DerivationOutcome Derive(DerivationSpec spec, DerivationLimits limits, CancellationToken stop)
    {
        EndTransaction();
        StoredNames? known = begun?.With(names);
        begun = null;
        return Deriver.Run(connection, partialPath, known, spec, limits, stop);
    }

    /// <summary>
    /// Creates an empty table with the columns of <paramref name="schema"/>; comments in the schema's and fields'
    /// metadata go into the file.
    /// </summary>
    /// <param name="name">Of the table.</param>
    /// <param name="schema">Its columns.</param>
    /// <param name="textRepeats">Whether the texts of a column are few, each in many rows: they are stored once, and
    /// DuckDB does not look for what texts have in common, which is two fifths of what it takes to write a snapshot.
    /// </param>
    /// <exception cref="ArgumentException">A column's type cannot be stored.</exception>
    /// <exception cref="StoreException">The table exists already, or the file cannot be written.</exception>
    public void CreateTable(string name, Schema schema, bool textRepeats = false)
    {
        Execute(TableDefinition.Sql(name, schema, textRepeats));
        tables.Add(name, schema);
        names.Add(name);
        if (textRepeats)
            repeating.Add(name);
    }

    /// <summary>Appends the rows of <paramref name="batch"/> to a table made by <see cref="CreateTable"/>.</summary>
    /// <exception cref="ArgumentException">No such table, or the batch's columns are not the table's.</exception>
    /// <exception cref="StoreException">The file cannot be written, or a NULL is where none may be.</exception>
    public void Append(string name, RecordBatch batch)
    {
        ObjectDisposedException.ThrowIf(!open, this);
        if (!tables.TryGetValue(name, out Schema? schema))
            throw new ArgumentException($"The snapshot file has no table {name}.", nameof(name));
        if (!appenders.TryGetValue(name, out TableAppender? appender))
            appenders.Add(name, appender = new TableAppender(connection, path, name, schema));
        appender.Append(batch);
        similarRows += repeating.Contains(name) ? 0 : batch.Length;
    }

    /// <summary>Runs SQL of ours, such as the definition of views; it sees all rows appended so far.</summary>
    /// <exception cref="StoreException">The SQL failed.</exception>
    public void Execute(string sql)
    {
        ObjectDisposedException.ThrowIf(!open, this);
        foreach (TableAppender appender in appenders.Values)
            appender.Flush();
        Run(sql);
    }

    /// <summary>Moves the rows of a table made by <see cref="CreateTable"/> into another, which is made when there is
    /// none and gets the columns that it lacks; a column whose types differ becomes text or JSON. The first table is
    /// gone afterwards.</summary>
    /// <param name="from">The table whose rows move.</param>
    /// <param name="into">The table that gets them, to which nothing may be appended.</param>
    /// <param name="onlyIf">SQL condition over the rows that move; null for all.</param>
    /// <returns>The columns whose type was changed, and to which.</returns>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> MoveRows(string from, string into, string? onlyIf = null)
    {
        Complete(from);
        try
        {
            bool isThere = !names.Add(into);
            names.Remove(from);
            return new TableMerge(connection).Move(from, into, isThere, onlyIf);
        }
        catch (DuckDBException e)
        {
            throw DuckDbErrors.OnWrite(e, path);
        }
    }

    /// <summary>Removes a table made by <see cref="CreateTable"/>.</summary>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    public void Drop(string name)
    {
        Complete(name);
        Run($"DROP TABLE {SqlTypes.Quote(name)}");
        names.Remove(name);
    }

    /// <summary>What tables and views there are.</summary>
    /// <exception cref="StoreException">The file cannot be read.</exception>
    internal StoredNames Names()
    {
        List<(string, bool)> rows = [];
        try
        {
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = StoredNames.Sql;
            using DuckDBDataReader reader = command.ExecuteReader();
            while (reader.Read())
                rows.Add((reader.GetString(0), reader.GetBoolean(1)));
        }
        catch (DuckDBException e)
        {
            throw DuckDbErrors.OnWrite(e, path);
        }
        return StoredNames.Of(rows);
    }

    /// <summary>Ends appending to a table, so that it can be changed.</summary>
    private void Complete(string name)
    {
        ObjectDisposedException.ThrowIf(!open, this);
        tables.Remove(name);
        if (!appenders.Remove(name, out TableAppender? appender))
            return;
        using (appender)
            appender.Flush();
    }

    /// <summary>Runs a query of ours whose answer is one number.</summary>
    /// <exception cref="StoreException">The SQL failed.</exception>
    public long Number(string sql)
    {
        ObjectDisposedException.ThrowIf(!open, this);
        try
        {
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = sql;
            return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        }
        catch (DuckDBException e)
        {
            throw DuckDbErrors.OnWrite(e, path);
        }
    }

    /// <summary>Completes the file and gives it its name, replacing an older file of that name.</summary>
    /// <exception cref="StoreException">The file cannot be written; it is then removed on disposal.</exception>
    public void Commit()
    {
        EndTransaction();
        Run("CHECKPOINT");
        CloseAppenders();
        Run($"USE memory; DETACH {SnapshotReader.Catalog}");
        open = false;
        if (closesLater)
            SpareInstances.Discard(connection);
        else
            connection.Dispose();
        try
        {
            File.Move(partialPath, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Closes the file, and removes it when it was not committed.</summary>
    public void Dispose()
    {
        Close();
        PartialFile.Remove(partialPath);
    }

    private void EndTransaction()
    {
        ObjectDisposedException.ThrowIf(!open, this);
        if (!isInTransaction)
            return;
        if (similarRows < SimilarRowsMin)
            Execute("SET disabled_compression_methods = 'fsst'");
        Execute("COMMIT");
        isInTransaction = false;
        CloseAppenders();
    }

    private void CloseAppenders()
    {
        foreach (TableAppender appender in appenders.Values)
            appender.Dispose();
        appenders.Clear();
        tables.Clear();
    }

    private void Close()
    {
        if (!open)
            return;
        open = false;
        CloseAppenders();
        connection.Dispose();
    }

    private void Run(string sql)
    {
        try
        {
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
        catch (DuckDBException e)
        {
            throw DuckDbErrors.OnWrite(e, path);
        }
    }
}
