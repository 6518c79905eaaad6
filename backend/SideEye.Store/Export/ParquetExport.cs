using System.Collections.Immutable;
using System.Text;

namespace SideEye.Store.Export;

/// <summary>
/// Writes a snapshot as a folder of Parquet files, one for each table and view, and <c>table_comments.parquet</c>. The
/// folder grows under the name path + ".partial" and takes its own name when it is complete.
/// </summary>
public static class ParquetExport
{
    private const string Extension = ".parquet";

    /// <summary>Writes the folder, replacing one that holds nothing but Parquet files.</summary>
    /// <exception cref="StoreException">The folder cannot be written, or the snapshot cannot be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static ExportOutcome Write(string file, string path, ExportLimits limits, CancellationToken stop)
    {
        path = Path.TrimEndingDirectorySeparator(path);
        RequireReplaceable(path);
        string partialPath = Path.GetFullPath(path) + SnapshotFile.PartialSuffix;
        try
        {
            Remove(partialPath);
            Directory.CreateDirectory(partialPath);
            ExportOutcome outcome;
            using (SnapshotReader reader = SnapshotReader.OpenToCopy(file, partialPath))
                outcome = Copy(reader, partialPath, limits, stop);
            Remove(path);
            Directory.Move(partialPath, path);
            return outcome;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: {e.Message}", e);
        }
        finally
        {
            Remove(partialPath);
        }
    }

    /// <summary>The name of the file for a table, whose name comes from a spec and may hold anything.</summary>
    internal static string FileNameOf(string table)
    {
        StringBuilder name = new();
        foreach (byte each in Encoding.UTF8.GetBytes(table))
        {
            char c = (char)each;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
                name.Append(c);
            else
                name.Append($"%{each:X2}");
        }
        return name.Append(Extension).ToString();
    }

    private static ExportOutcome Copy(
        SnapshotReader reader, string folder, ExportLimits limits, CancellationToken stop)
    {
        ImmutableArray<string>.Builder written = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<string>.Builder leftOut = ImmutableArray.CreateBuilder<string>();
        long rows = 0;
        foreach (SnapshotTable table in SnapshotTable.Of(reader, stop))
        {
            try
            {
                QueryLimits within = table.IsView ? limits.View : QueryLimits.None;
                long count = table.CountRows(reader, within, stop);
                if (table.IsView && count > limits.ViewRowsMax)
                    throw new StoreException(StoreError.RowLimit, $"has more than {limits.ViewRowsMax} rows");
                CopyTo(reader, $"SELECT * FROM {SqlTypes.Quote(table.Name)}",
                    Path.Combine(folder, FileNameOf(table.Name)), within, stop);
                rows += count;
                written.Add(table.Name);
            }
            catch (StoreException e) when (table.IsView)
            {
                leftOut.Add($"{table.Name}: {e.Message}");
            }
        }
        const string Here = $"database_name = '{SnapshotReader.Catalog}' AND comment IS NOT NULL";
        CopyTo(reader, "SELECT table_name, NULL::VARCHAR AS column_name, comment FROM duckdb_tables() "
            + $"WHERE {Here} UNION ALL SELECT view_name, NULL, comment FROM duckdb_views() WHERE {Here} "
            + $"UNION ALL SELECT table_name, column_name, comment FROM duckdb_columns() WHERE {Here}",
            Path.Combine(folder, SqliteExport.CommentsTable + Extension), QueryLimits.None, stop);
        return new ExportOutcome(written.ToImmutable(), [], rows, leftOut.ToImmutable());
    }

    private static void CopyTo(
        SnapshotReader reader, string select, string file, QueryLimits limits, CancellationToken stop)
    {
        try
        {
            using QueryResult copied = reader.QueryOurs(
                $"COPY ({select}) TO {SqlTypes.Literal(file)} (FORMAT parquet, COMPRESSION zstd)", limits, stop);
            copied.Read();
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    private static void RequireReplaceable(string path)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: there is no folder {folder}");
        if (File.Exists(path))
            throw new StoreException(StoreError.NotWritable, $"{path} cannot be written: it is a file");
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(entry =>
            Directory.Exists(entry) || !entry.EndsWith(Extension, StringComparison.Ordinal)))
        {
            throw new StoreException(StoreError.NotWritable,
                $"{path} exists and holds other than Parquet files; choose another folder");
        }
    }

    /// <summary>Removes a folder of Parquet files; one that holds a folder is not ours and stays.</summary>
    private static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string file in Directory.EnumerateFiles(folder, "*" + Extension))
            File.Delete(file);
        Directory.Delete(folder);
    }
}
