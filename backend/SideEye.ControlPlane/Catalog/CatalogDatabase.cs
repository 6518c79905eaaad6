using Dapper;
using Microsoft.Data.Sqlite;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The file <c>catalog.sqlite</c> of a data folder, which belongs to this process while it is open.</summary>
/// <remarks>For any number of threads: reads go side by side, changes one after the other.</remarks>
public sealed class CatalogDatabase : IDisposable
{
    /// <summary>What the file is called.</summary>
    public const string FileName = "catalog.sqlite";

    private readonly FolderLock folderLock;
    private readonly string connectionString;
    private readonly Lock writing = new();

    private CatalogDatabase(string folder, FolderLock folderLock)
    {
        this.folderLock = folderLock;
        Folder = folder;
        FilePath = Path.Combine(folder, FileName);
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = FilePath, ForeignKeys = true, DefaultTimeout = 10,
        }.ConnectionString;
    }

    /// <summary>The data folder.</summary>
    public string Folder { get; }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>Opens the catalog of a data folder, and makes folder and catalog where there are none.</summary>
    /// <exception cref="CatalogException">Another control plane has the folder, it cannot be written, or the catalog
    /// is damaged or of a newer version.</exception>
    public static CatalogDatabase Open(string folder)
    {
        string full = Path.GetFullPath(folder);
        try
        {
            // Values of production processes will lie here: that is for our own user.
            Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogException(
                CatalogError.Broken, $"the data folder {full} cannot be made: {e.Message}", e);
        }
        CatalogDatabase database = new(full, FolderLock.Take(full));
        try
        {
            database.Prepare();
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file and gives the folder free.</summary>
    public void Dispose()
    {
        using (SqliteConnection connection = new(connectionString))
            SqliteConnection.ClearPool(connection);
        folderLock.Dispose();
    }

    /// <summary>Reads something.</summary>
    /// <exception cref="CatalogException">The catalog cannot be read.</exception>
    internal T Read<T>(Func<SqliteConnection, T> what)
    {
        try
        {
            using SqliteConnection connection = Connect();
            return what(connection);
        }
        catch (SqliteException e)
        {
            throw Broken(e);
        }
    }

    /// <summary>Changes something, all or nothing.</summary>
    /// <exception cref="CatalogException">The catalog cannot be written; nothing has changed.</exception>
    internal void Change(Action<SqliteConnection> what)
    {
        try
        {
            lock (writing)
            {
                using SqliteConnection connection = Connect();
                using SqliteTransaction change = connection.BeginTransaction();
                what(connection);
                change.Commit();
            }
        }
        catch (SqliteException e)
        {
            throw Broken(e);
        }
    }

    private void Prepare() => Read(connection =>
    {
        string health = connection.ExecuteScalar<string>("PRAGMA quick_check(1)") ?? "";
        if (health != "ok")
            throw new CatalogException(CatalogError.Broken, Damaged(health));
        connection.Execute("PRAGMA journal_mode = WAL");
        CatalogSchema.BringUp(connection, FilePath);
        return health;
    });

    private SqliteConnection Connect()
    {
        SqliteConnection connection = new(connectionString);
        try
        {
            connection.Open();
            connection.Execute("PRAGMA synchronous = NORMAL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private CatalogException Broken(SqliteException cause) => new(
        CatalogError.Broken,
        cause.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB
            ? Damaged(cause.Message)
            : $"the catalog {FilePath} cannot be used: {cause.Message}",
        cause);

    private string Damaged(string how) => $"the catalog {FilePath} is damaged ({how}); put a copy of it back, or move "
        + "it away: snapshots are then listed anew, and specs, schedules, names and the audit log begin empty";
}
