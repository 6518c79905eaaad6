using DuckDB.NET.Data;

namespace SideEye.Store;

/// <summary>The file that a snapshot is until it is complete.</summary>
internal static class PartialFile
{
    /// <summary>A quarter of what DuckDB takes by itself: a snapshot has twenty tables, most of them small, and each
    /// begins a block. Half the file, and its commit takes a quarter less time.</summary>
    private const int BlockBytes = 64 * 1024;

    /// <summary>Makes sure that a file can be begun, and gives what it is called until it is complete.</summary>
    /// <exception cref="StoreException">The folder is missing, or another process writes the same file.</exception>
    public static string MakeWay(string path)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: there is no folder {folder}");
        if (Directory.Exists(path))
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: it is a folder");
        string partialPath = path + SnapshotFile.PartialSuffix;
        RemoveLeftover(partialPath);
        return partialPath;
    }

    /// <summary>Gives a file its first bytes; none is there before.</summary>
    /// <exception cref="StoreException">It cannot be written.</exception>
    public static void Fill(string partialPath, string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            using FileStream file = new(partialPath, FileMode.CreateNew, FileAccess.Write);
            file.Write(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(partialPath);
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Copies a complete file, and gives what the copy is called until it is complete.</summary>
    /// <exception cref="StoreException">It cannot be copied, or another process writes the same file.</exception>
    public static string Copy(string path)
    {
        string partialPath = path + SnapshotFile.PartialSuffix;
        RemoveLeftover(partialPath);
        try
        {
            File.Copy(path, partialPath);
            return partialPath;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(partialPath);
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be copied beside itself: {e.Message}", e);
        }
    }

    /// <summary>
    /// Removes what a killed writer left behind. DuckDB's own lock tells a leftover from a file that another
    /// process is writing.
    /// </summary>
    public static void RemoveLeftover(string partialPath)
    {
        if (!File.Exists(partialPath))
            return;
        try
        {
            OpenForWriting(partialPath, partialPath, StoreLimits.ForWriting).Dispose();
        }
        catch (StoreException e) when (e.Error != StoreError.Busy)
        {
            // A leftover that DuckDB cannot read is a leftover all the same.
        }
        Remove(partialPath);
        Remove(partialPath + ".wal");
    }

    /// <summary>Opens a file under its partial name: the connection's own database is in memory, the file is attached
    /// to it and is what SQL means without a name.</summary>
    /// <exception cref="StoreException">Another process writes it, or it cannot be written.</exception>
    public static DuckDBConnection OpenForWriting(
        string partialPath, string path, StoreLimits limits, SpareInstances? spares = null)
    {
        DuckDBConnection? connection = null;
        // No log: a file that was not completed is thrown away, and each statement of a derivation would wait for the
        // disk. What is there keeps its own size of blocks.
        string options = "TYPE duckdb, RECOVERY_MODE no_wal_writes"
            + (File.Exists(partialPath) ? "" : $", BLOCK_SIZE {BlockBytes}");
        try
        {
            connection = spares?.Take() ?? SpareInstances.OpenToWrite(limits);
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = $"ATTACH {SqlTypes.Literal(partialPath)} AS {SnapshotReader.Catalog} ({options});"
                + $"USE {SnapshotReader.Catalog}; SET temp_directory = {SqlTypes.Literal(partialPath + ".tmp")}";
            command.ExecuteNonQuery();
            return connection;
        }
        catch (DuckDBException e)
        {
            connection?.Dispose();
            StoreException failure = DuckDbErrors.OnOpen(e, path);
            throw failure.Error == StoreError.Busy ? failure : DuckDbErrors.OnWrite(e, path);
        }
    }

    /// <summary>Removes a file, if that is possible.</summary>
    public static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing depends on the leftover, and the next writer removes it.
        }
    }
}
