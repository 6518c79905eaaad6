using System.Collections.Concurrent;

namespace SideEye.Host;

/// <summary>
/// Program files by identity: fifty processes of one binary share one reading of it. Safe for several threads.
/// </summary>
public sealed class BinaryCache : IDisposable
{
    private readonly ConcurrentDictionary<FileIdentity, Lazy<OpenedBinary>> opened = [];

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
}

/// <summary>A file, whatever its name: stat's device and inode.</summary>
/// <param name="Device">st_dev.</param>
/// <param name="Inode">st_ino.</param>
public readonly record struct FileIdentity(ulong Device, ulong Inode);
