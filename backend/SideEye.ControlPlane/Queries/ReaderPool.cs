using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>
/// Snapshot files that stay open for the next query: the panels of a dashboard all ask the same one. Each query has a
/// session of its own, and a file that is not open as it was is closed, so anybody may have it next.
/// </summary>
internal sealed class ReaderPool(int idleMax, StoreLimits limits) : IDisposable
{
    private readonly Lock gate = new();
    private readonly SpareInstances spares = SpareInstances.ForReading(limits);
    private readonly List<(string Path, long Stamp, SnapshotReader Reader)> idle = [];
    private bool isDisposed;

    /// <summary>A reader for one query; give it back with <see cref="Return"/>.</summary>
    /// <exception cref="StoreException">The file cannot be read.</exception>
    public Rented Rent(string path)
    {
        long stamp = StampOf(path);
        lock (gate)
        {
            int index = idle.FindLastIndex(each => each.Path == path && each.Stamp == stamp);
            if (index >= 0)
            {
                SnapshotReader reader = idle[index].Reader;
                idle.RemoveAt(index);
                return new Rented(this, path, stamp, reader);
            }
        }
        return new Rented(this, path, stamp, SnapshotReader.Open(path, spares));
    }

    /// <summary>Closes the idle readers of a file that was removed: its space is free when nobody has it open.
    /// </summary>
    public void Drop(string path)
    {
        List<SnapshotReader> dropped;
        lock (gate)
        {
            dropped = [.. idle.Where(each => each.Path == path).Select(static each => each.Reader)];
            idle.RemoveAll(each => each.Path == path);
        }
        dropped.ForEach(static reader => reader.Dispose());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            foreach ((_, _, SnapshotReader reader) in idle)
                reader.Dispose();
            idle.Clear();
        }
        spares.Dispose();
    }

    private void Return(string path, long stamp, SnapshotReader reader)
    {
        SnapshotReader? tooMany = null;
        // A file that was removed meanwhile would stay open for nobody.
        bool isKept = idleMax > 0 && StampOf(path) == stamp && reader.TryRenew();
        lock (gate)
        {
            if (isDisposed || !isKept)
            {
                tooMany = reader;
            }
            else
            {
                idle.Add((path, stamp, reader));
                if (idle.Count > idleMax)
                {
                    tooMany = idle[0].Reader;
                    idle.RemoveAt(0);
                }
            }
        }
        tooMany?.Discard();
    }

    /// <summary>Tells a file from one that took its name since.</summary>
    internal static long StampOf(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? HashCode.Combine(file.LastWriteTimeUtc.Ticks, file.Length) : 0;
    }

    /// <summary>A reader until it is given back.</summary>
    internal sealed class Rented(ReaderPool pool, string path, long stamp, SnapshotReader reader) : IDisposable
    {
        /// <summary>The file.</summary>
        public SnapshotReader Reader => reader;

        /// <inheritdoc/>
        public void Dispose() => pool.Return(path, stamp, reader);
    }
}
