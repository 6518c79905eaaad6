using System.Collections.Immutable;
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
public sealed class SnapshotFile : IDisposable
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

    private readonly string path;
    private readonly string partialPath;
    private readonly DuckDBConnection connection;
    private readonly Dictionary<string, Schema> tables = []; // to which rows can be appended
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase); // of all tables
    private readonly Dictionary<string, TableAppender> appenders = [];
    private bool open = true;
    private bool isInTransaction;
    private StoredNames? begun; // what it had when it was made, ready to be derived from
    private bool closesLater; // when nobody waits any more

    private SnapshotFile(string path, DuckDBConnection connection)
    {
        this.path = path;
        partialPath = path + PartialSuffix;
        this.connection = connection;
    }

    /// <summary>Begins a new snapshot file that will be called <paramref name="path"/>.</summary>
    /// <exception cref="StoreException">The folder is missing or not writable, or another process writes the same
    /// file at this moment.</exception>
    public static SnapshotFile Create(string path) => Create(path, StoreLimits.ForWriting);

    /// <summary>Begins a new snapshot file within the given limits.</summary>
    /// <exception cref="StoreException">As for <see cref="Create(string)"/>.</exception>
    public static SnapshotFile Create(string path, StoreLimits limits)
    {
        string partialPath = PartialFile.MakeWay(path);
        return Begin(new SnapshotFile(path, PartialFile.OpenForWriting(partialPath, path, limits)),
            $"BEGIN; CREATE TABLE {MarkTable} (format VARCHAR NOT NULL, version INTEGER NOT NULL);"
            + $"INSERT INTO {MarkTable} VALUES ({SqlTypes.Literal(Format)}, {FormatVersion});"
            + $"COMMENT ON TABLE {MarkTable} IS 'Marks this file as a Side-Eye snapshot.'");
    }

    /// <summary>Begins a new snapshot file as a copy of another that has tables, also those of a derivation, and no
    /// rows.</summary>
    /// <exception cref="StoreException">As for <see cref="Create(string)"/>.</exception>
    internal static SnapshotFile CreateFrom(
        ReadOnlySpan<byte> blank, StoredNames begun, ImmutableArray<KeyValuePair<string, Schema>> tables, string path,
        SpareInstances spares)
    {
        string partialPath = PartialFile.MakeWay(path);
        PartialFile.Fill(partialPath, path, blank);
        SnapshotFile file = Begin(
            new SnapshotFile(path, PartialFile.OpenForWriting(partialPath, path, spares.Limits, spares))
            {
                begun = begun,
                closesLater = true,
            },
            "BEGIN");
        foreach ((string name, Schema schema) in tables)
        {
            file.tables.Add(name, schema);
            file.names.Add(name);
        }
        return file;
    }

    /// <summary>
    /// Opens a copy of a complete snapshot file, to derive anew; the file itself changes on <see cref="Commit"/>, in
    /// one step.
    /// </summary>
    /// <exception cref="StoreException">It is no snapshot file, or cannot be copied or written.</exception>
    public static SnapshotFile OpenCopy(string path)
    {
        SnapshotReader.Open(path).Dispose();
        string partialPath = PartialFile.Copy(path);
        try
        {
            return new SnapshotFile(path, PartialFile.OpenForWriting(partialPath, path, StoreLimits.ForWriting));
        }
        catch
        {
            PartialFile.Remove(partialPath);
            throw;
        }
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

    private static SnapshotFile Begin(SnapshotFile file, string sql)
    {
        try
        {
            file.Run(sql);
            file.isInTransaction = true;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void EndTransaction()
    {
        ObjectDisposedException.ThrowIf(!open, this);
        if (!isInTransaction)
            return;
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
