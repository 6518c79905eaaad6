using System.Collections.Concurrent;

namespace SideEye.Host;

/// <summary>
/// Program files by identity: fifty processes of one binary share one reading of it. Safe for several threads.
/// </summary>
public sealed class BinaryCache : IDisposable
{
    private readonly ConcurrentDictionary<FileIdentity, Lazy<OpenedBinary>> opened = [];
    private readonly Lock gate = new();
    private int holders;

    /// <summary>The opened file, or a new one. A file that could not be opened is tried again the next time.</summary>
    /// <exception cref="TargetException">Not a Go program, not supported, or broken.</exception>
    public OpenedBinary Open(FileIdentity identity, string path, string name)
    {
        Lazy<OpenedBinary> binary = opened.GetOrAdd(identity, _ => new(() => OpenedBinary.Open(path, name)));
        try
        {
            return binary.Value;
        }
        catch
        {
            opened.TryRemove(identity, out _);
            throw;
        }
    }

    /// <summary>
    /// Takes note that snapshots use what is open: until the returned object is disposed, nothing is closed.
    /// </summary>
    public IDisposable Hold()
    {
        lock (gate)
            holders++;
        return new Holding(this);
    }

    /// <summary>Closes the files that are not in <paramref name="used"/>, unless somebody holds them: then another
    /// time.</summary>
    public void Keep(IReadOnlySet<FileIdentity> used)
    {
        lock (gate)
        {
            if (holders > 0)
                return;
            foreach (FileIdentity identity in opened.Keys.Where(identity => !used.Contains(identity)).ToArray())
            {
                if (opened.TryRemove(identity, out Lazy<OpenedBinary>? binary) && binary.IsValueCreated)
                    binary.Value.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<OpenedBinary> binary in opened.Values)
        {
            if (binary.IsValueCreated)
                binary.Value.Dispose();
        }
        opened.Clear();
    }

    private sealed class Holding(BinaryCache cache) : IDisposable
    {
        private bool isDisposed;

        public void Dispose()
        {
            lock (cache.gate)
            {
                cache.holders -= isDisposed ? 0 : 1;
                isDisposed = true;
            }
        }
    }
}

/// <summary>A file, whatever its name: stat's device and inode.</summary>
/// <param name="Device">st_dev.</param>
/// <param name="Inode">st_ino.</param>
public readonly record struct FileIdentity(ulong Device, ulong Inode);
