using Microsoft.Extensions.Logging;
using SideEye.ControlPlane.Capturing;
using SideEye.Store;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Snapshots as files of a data folder, each with its row in the catalog.</summary>
public sealed partial class SnapshotShelf : ISnapshotShelf
{
    private readonly SnapshotFolder folder;
    private readonly SnapshotRows rows;
    private readonly ILogger log;
    private readonly Lock changing = new();
    private volatile ShelfIndex index = ShelfIndex.Of([]);

    private SnapshotShelf(CatalogDatabase database, ILogger log)
    {
        this.log = log;
        folder = new SnapshotFolder(database.Folder);
        rows = new SnapshotRows(database);
    }

    /// <summary>Opens the shelf of a data folder. What a crash left behind is tidied up: half-written files go,
    /// complete ones that the catalog does not know are listed, rows whose files are gone are dropped.</summary>
    /// <exception cref="CatalogException">Folder or catalog cannot be read or written.</exception>
    public static SnapshotShelf Open(CatalogDatabase database, ILogger<SnapshotShelf> log)
    {
        SnapshotShelf shelf = new(database, log);
        shelf.TidyUp();
        return shelf;
    }

    /// <inheritdoc/>
    public event Action<KeptSnapshot>? Added;

    /// <summary>Raised, on any thread, when a snapshot and its file were removed.</summary>
    public event Action<KeptSnapshot>? Removed;

    /// <summary>All, oldest first.</summary>
    internal IReadOnlyList<KeptSnapshot> All => index.InOrder;

    /// <inheritdoc/>
    public string PathFor(string snapshotId) => folder.PathFor(snapshotId);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The id is not a GUID as <c>Guid.ToString("N")</c>.</exception>
    /// <exception cref="CatalogException">There is no file, or the catalog cannot be written: the file is then listed
    /// at the next start.</exception>
    public KeptSnapshot Add(CaptureOrder order, TakenSnapshot taken)
    {
        string path = folder.PathFor(taken.SnapshotId);
        if (!File.Exists(path))
        {
            throw new CatalogException(
                CatalogError.NotFound, $"snapshot {taken.SnapshotId} cannot be listed: there is no file {path}");
        }
        KeptSnapshot kept = KeptSnapshot.Of(order, taken, path) with
        {
            CapturedAt = CatalogTime.Kept(taken.CapturedAt),
        };
        lock (changing)
        {
            kept = kept with { IsPinned = index.Find(kept.SnapshotId)?.IsPinned ?? false };
            Keep(kept);
        }
        Added?.Invoke(kept);
        return kept;
    }

    /// <inheritdoc/>
    public KeptSnapshot? Find(string snapshotId) =>
        index.Find(snapshotId) is { } known && File.Exists(known.Path) ? known : null;

    /// <inheritdoc/>
    public KeptSnapshot? Newest(string? program, string? environment, DateTimeOffset? notAfter) =>
        index.Back(notAfter).FirstOrDefault(
            one => !one.IsPart && one.Program == program && one.Environment == environment && File.Exists(one.Path));

    /// <inheritdoc/>
    public IReadOnlyList<KeptSnapshot> Between(
        string? program, string? environment, DateTimeOffset from, DateTimeOffset to, int max)
    {
        KeptSnapshot[] found =
        [
            .. index.Back(to).TakeWhile(one => one.CapturedAt >= from)
                .Where(one => (program is null || one.Program == program)
                    && (environment is null || one.Environment == environment) && File.Exists(one.Path))
                .Take(Math.Max(0, max)),
        ];
        Array.Reverse(found);
        return found;
    }

    /// <inheritdoc/>
    /// <exception cref="CatalogException">File or row cannot be removed.</exception>
    public bool Remove(string snapshotId) => Remove(snapshotId, evenPinned: true);

    /// <inheritdoc/>
    /// <exception cref="CatalogException">The catalog cannot be written.</exception>
    public KeptSnapshot? Pin(string snapshotId, bool isPinned)
    {
        lock (changing)
        {
            if (Find(snapshotId) is not { } known)
                return null;
            KeptSnapshot pinned = known with { IsPinned = isPinned };
            Keep(pinned);
            return pinned;
        }
    }

    /// <summary>Removes a snapshot unless it is pinned by now.</summary>
    /// <exception cref="CatalogException">File or row cannot be removed.</exception>
    internal bool RemoveUnpinned(string snapshotId) => Remove(snapshotId, evenPinned: false);

    private bool Remove(string id, bool evenPinned)
    {
        KeptSnapshot? known;
        lock (changing)
        {
            known = index.Find(id);
            if (known is null || (known.IsPinned && !evenPinned))
                return false;
            // In this order: after a crash in between, the next start drops the row. A file without a row would be
            // listed again.
            folder.Remove(id);
            rows.Remove([id]);
            index = index.Without(id);
        }
        Removed?.Invoke(known);
        return true;
    }

    private void Keep(KeptSnapshot snapshot)
    {
        rows.Put(snapshot);
        index = index.With(snapshot);
    }

    private void TidyUp()
    {
        foreach (string name in folder.RemovePartial())
            LogPartial(name);
        HashSet<string> there = [.. folder.Ids()];
        ILookup<bool, KeptSnapshot> known = rows.All(folder.PathFor).ToLookup(row => there.Contains(row.SnapshotId));
        foreach (KeptSnapshot gone in known[false])
            LogGone(gone.SnapshotId);
        rows.Remove([.. known[false].Select(static one => one.SnapshotId)]);
        index = ShelfIndex.Of(known[true]);
        foreach (string orphan in there.Where(id => index.Find(id) is null))
            Adopt(orphan);
    }

    private void Adopt(string id)
    {
        try
        {
            Keep(OrphanReader.Read(id, folder.PathFor(id)));
            LogAdopted(id);
        }
        catch (StoreException e) when (e.Error is StoreError.NotASnapshotFile or StoreError.Damaged)
        {
            LogPutAside(id, e.Message, folder.PutAside(id));
        }
        catch (StoreException e)
        {
            // Of another version, or in use: whoever can read it is not us, and not now.
            LogLeftAlone(id, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed the half-written snapshot file {Name}")]
    private partial void LogPartial(string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Snapshot {SnapshotId} is dropped: its file is gone")]
    private partial void LogGone(string snapshotId);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Snapshot {SnapshotId} was not in the catalog and is listed from its file")]
    private partial void LogAdopted(string snapshotId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Snapshot {SnapshotId} is not listed and left alone: {Problem}")]
    private partial void LogLeftAlone(string snapshotId, string problem);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Snapshot {SnapshotId} cannot be read ({Problem}); its file is now {Path}")]
    private partial void LogPutAside(string snapshotId, string problem, string path);
}
