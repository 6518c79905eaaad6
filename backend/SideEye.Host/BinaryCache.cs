using System.Collections.Concurrent;
using SideEye.Linux;

namespace SideEye.Host;

/// <summary>
/// Program files by identity and by contents: fifty processes of one binary share one reading of it, and so do those of
/// fifty copies of it. Safe for several threads.
/// </summary>
public sealed class BinaryCache : IDisposable
{
    // Files that claim one build id and differ: what comes later is compared with these, and is opened for itself.
    private const int ProgramsOfBuildIdMax = 8;

    private readonly ConcurrentDictionary<FileIdentity, Lazy<Copy>> opened = [];
    private readonly Dictionary<string, List<SharedBinary>> byBuildId = [];
    private readonly List<SharedBinary> unused = [];
    private readonly Lock opening = new();
    private readonly Lock gate = new();
    private int holders;

    /// <summary>
    /// The program that a process executes: one that was opened before, from its file or from another with the same
    /// contents, or a new one. A file that could not be opened is tried again the next time.
    /// </summary>
    /// <param name="process">The process.</param>
    /// <param name="identity">The file that it executes.</param>
    /// <param name="name">Name of the file for messages, also the folder in which a debug link is looked for.</param>
    /// <exception cref="TargetException">Not a Go program, not supported, or broken.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public OpenedBinary Open(LinuxProcess process, FileIdentity identity, string name)
    {
        ArgumentNullException.ThrowIfNull(process);
        bool isNew = false;
        for (; ; )
        {
            Lazy<Copy> copy = opened.GetOrAdd(identity, _ => new(() =>
            {
                isNew = true;
                return OpenCopy(new ProgramFile(identity, process), process.ExecutablePath, name);
            }));
            try
            {
                if (copy.Value.File.TryAdd(process) || isNew)
                    return copy.Value.Binary.Opened;
            }
            catch
            {
                opened.TryRemove(KeyValuePair.Create(identity, copy));
                throw;
            }
            // For a while nobody executed the file: it may have been written to.
            Forget(identity, copy);
        }
    }

    /// <summary>
    /// Takes note that snapshots use what is open: until the returned object is disposed, nothing is closed.
    /// </summary>
    public IDisposable Hold()
    {
        lock (gate)
        {
            holders++;
            Secure();
        }
        return new Holding(this);
    }

    /// <summary>Closes the files that are not in <paramref name="used"/>, unless somebody holds them: then another
    /// time.</summary>
    public void Keep(IReadOnlySet<FileIdentity> used)
    {
        lock (gate)
        {
            Secure();
            if (holders > 0)
                return;
            foreach ((FileIdentity identity, Lazy<Copy> copy) in opened)
            {
                if (!used.Contains(identity))
                    Forget(identity, copy);
            }
            foreach (SharedBinary binary in unused.Where(static one => one.IsLeft).ToArray())
            {
                unused.Remove(binary);
                binary.Dispose();
            }
        }
    }

    /// <summary>Lets go of the pages of program files that were looked at: whoever looks again finds them in the page
    /// cache.</summary>
    public void LetGo()
    {
        // Whatever is closed is closed under this lock.
        lock (gate)
        {
            foreach (Lazy<Copy> copy in opened.Values.Where(static one => one.IsValueCreated))
                copy.Value.Binary.Opened.Program.LetGo();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            foreach ((FileIdentity identity, Lazy<Copy> copy) in opened)
                Forget(identity, copy);
            foreach (SharedBinary binary in unused)
                binary.Dispose();
            unused.Clear();
        }
    }

    /// <summary>One at a time: copies of one program wait for the first.</summary>
    private Copy OpenCopy(ProgramFile file, string path, string name)
    {
        MappedProgram program = MappedProgram.Open(path, name, IndexFiles.Default);
        if (program.Identity != file.Identity)
        {
            program.Dispose();
            throw new TargetException(
                TargetProblem.Gone, $"{name}: it executed another program while it was looked at");
        }
        lock (opening)
        {
            if (program.BuildId is not { } buildId)
                return new Copy(file, new SharedBinary(OpenedBinary.Open(program, name), file));
            foreach (SharedBinary other in Claiming(buildId))
            {
                if (!other.TryJoin(file, program))
                    continue;
                program.Dispose();
                return new Copy(file, other);
            }
            SharedBinary binary = new(OpenedBinary.Open(program, name), file);
            lock (gate)
            {
                if (!byBuildId.TryGetValue(buildId, out List<SharedBinary>? all))
                    byBuildId.Add(buildId, all = []);
                if (all.Count < ProgramsOfBuildIdMax)
                    all.Add(binary);
            }
            return new Copy(file, binary);
        }
    }

    private SharedBinary[] Claiming(string buildId)
    {
        lock (gate)
            return byBuildId.TryGetValue(buildId, out List<SharedBinary>? all) ? [.. all] : [];
    }

    private void Secure()
    {
        foreach (SharedBinary binary in byBuildId.Values.SelectMany(static all => all))
            binary.Secure();
    }

    /// <summary>Leaves a file out; a program without one is closed as soon as nobody holds it.</summary>
    private void Forget(FileIdentity identity, Lazy<Copy> copy)
    {
        if (!opened.TryRemove(KeyValuePair.Create(identity, copy)) || !copy.IsValueCreated)
            return;
        (ProgramFile file, SharedBinary binary) = copy.Value;
        binary.Leave(file);
        lock (gate)
        {
            if (!binary.IsUnused)
                return;
            unused.Add(binary);
            if (binary.Opened.Program.BuildId is { } buildId && byBuildId.TryGetValue(buildId, out var all)
                && all.Remove(binary) && all.Count == 0)
            {
                byBuildId.Remove(buildId);
            }
        }
    }

    /// <summary>A file, and the program that it is.</summary>
    private sealed record Copy(ProgramFile File, SharedBinary Binary);

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
