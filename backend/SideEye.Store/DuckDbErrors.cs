using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace SideEye.Store;

/// <summary>Turns DuckDB's failures into ours, once.</summary>
internal static class DuckDbErrors
{
    /// <summary>A failure to open <paramref name="path"/>.</summary>
    public static StoreException OnOpen(DuckDBException e, string path)
    {
        string text = e.Message;
        if (text.Contains("Conflicting lock", StringComparison.Ordinal)
            || text.Contains("Could not set lock", StringComparison.Ordinal))
        {
            return new StoreException(StoreError.Busy,
                $"{path} is being written by another process; wait for it or choose another file", e);
        }
        if (text.Contains("newer version of DuckDB", StringComparison.Ordinal))
        {
            return new StoreException(StoreError.NewerVersion,
                $"{path} was written by a newer DuckDB than this program holds; use a newer sideeye", e);
        }
        if (text.Contains("Permission denied", StringComparison.Ordinal))
            return new StoreException(StoreError.NoSuchFile, $"{path} cannot be read: permission denied", e);
        return new StoreException(StoreError.NotASnapshotFile,
            $"{path} is not a snapshot file, or is damaged ({FirstLine(text)})", e);
    }

    /// <summary>A failure of a query by a person.</summary>
    public static StoreException OnQuery(DuckDBException e)
    {
        string text = e.Message;
        if (e.ErrorType == DuckDBErrorType.OutOfMemory || text.StartsWith("Out of Memory", StringComparison.Ordinal))
        {
            return new StoreException(StoreError.OutOfMemory,
                "the query needs more memory than its limit; select fewer rows or columns, or aggregate", e);
        }
        if (text.Contains("Corrupt database file", StringComparison.Ordinal))
        {
            return new StoreException(StoreError.Damaged,
                $"a part of the file that the query needs is damaged ({FirstLine(text)})", e);
        }
        return new StoreException(StoreError.Sql, text.Trim(), e);
    }

    /// <summary>A failure to write <paramref name="path"/>.</summary>
    public static StoreException OnWrite(DuckDBException e, string path) =>
        new(StoreError.NotWritable, $"{path} cannot be written: {FirstLine(e.Message)}", e);

    /// <summary>The first line of a message, without DuckDB's habit of explaining itself over several.</summary>
    private static string FirstLine(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).Trim();
    }
}
