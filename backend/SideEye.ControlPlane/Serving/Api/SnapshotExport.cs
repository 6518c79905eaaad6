using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using SideEye.ControlPlane.Catalog;
using SideEye.Store;
using SideEye.Store.Export;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>Snapshots as files for other tools. What has to be made first is made beside, and gone when it was sent.
/// </summary>
internal sealed class SnapshotExport(ControlPlaneParts parts, ApiLimits limits) : IDisposable
{
    private readonly SemaphoreSlim running = new(limits.ExportsMax);

    /// <summary>Sends a snapshot.</summary>
    /// <param name="id">Which.</param>
    /// <param name="format">duckdb, sqlite or parquet; duckdb when null.</param>
    /// <param name="context">The request.</param>
    /// <param name="stop">Cancelled when nobody wants it any more.</param>
    public async Task<IResult> SendAsync(string id, string? format, HttpContext context, CancellationToken stop)
    {
        KeptSnapshot kept = SnapshotEndpoints.Kept(parts.Shelf, id);
        string name = $"sideeye-{kept.CapturedAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{kept.SnapshotId[^8..]}";
        IResult result = format switch
        {
            null or "duckdb" => Results.File(Open(kept.Path), "application/octet-stream", $"{name}.duckdb"),
            "sqlite" => await MakeAsync(kept, $"{name}.sqlite", "application/vnd.sqlite3", Sqlite, stop)
                .ConfigureAwait(false),
            "parquet" => await MakeAsync(kept, $"{name}.parquet.zip", "application/zip", Parquet, stop)
                .ConfigureAwait(false),
            _ => throw ApiException.BadRequest("there is no such format; there are duckdb, sqlite and parquet"),
        };
        parts.Note(Person.Of(context), "export", $"{kept.SnapshotId} as {format ?? "duckdb"}");
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => running.Dispose();

    private async Task<IResult> MakeAsync(
        KeptSnapshot kept, string name, string type, Action<KeptSnapshot, string, CancellationToken> write,
        CancellationToken stop)
    {
        await running.WaitAsync(stop).ConfigureAwait(false);
        string path = Path.Combine(parts.ScratchFolder, Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(parts.ScratchFolder);
            await Task.Run(() => write(kept, path, stop), stop).ConfigureAwait(false);
            return Results.File(Open(path), type, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.NotWritable, $"snapshot {kept.SnapshotId} cannot be exported: "
                + e.Message, e);
        }
        finally
        {
            // Its name goes now; its bytes go when the stream that is being sent is closed.
            File.Delete(path);
            running.Release();
        }
    }

    private static FileStream Open(string path) => new(
        path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, useAsync: true);

    private static void Sqlite(KeptSnapshot kept, string path, CancellationToken stop)
    {
        using SnapshotReader reader = SnapshotReader.Open(kept.Path);
        SqliteExport.Write(reader, path, ExportLimits.Default, stop);
    }

    private static void Parquet(KeptSnapshot kept, string path, CancellationToken stop)
    {
        string folder = path + ".d";
        try
        {
            ParquetExport.Write(kept.Path, folder, ExportLimits.Default, stop);
            // Parquet is compressed already.
            ZipFile.CreateFromDirectory(folder, path, CompressionLevel.NoCompression, includeBaseDirectory: false);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
