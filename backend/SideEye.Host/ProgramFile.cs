using Microsoft.Win32.SafeHandles;
using SideEye.Bpf;
using SideEye.Linux;

namespace SideEye.Host;

/// <summary>
/// A program file and the processes that execute it. As long as one of them goes on, the kernel lets nobody write to
/// the file (ETXTBSY): it is what it was. Safe for use by several threads.
/// </summary>
internal sealed class ProgramFile
{
    private readonly Lock gate = new();
    private readonly List<Witness> witnesses = [];

    /// <summary>A file that a process executes.</summary>
    public ProgramFile(FileIdentity identity, LinuxProcess process)
    {
        Identity = identity;
        Add(process);
    }

    /// <summary>Which file it is.</summary>
    public FileIdentity Identity { get; }

    /// <summary>True when it was executed all the time since it was opened, and is.</summary>
    public bool IsUnchanged => PathIn() is not null;

    /// <summary>True when none of its processes executes it any more.</summary>
    public bool IsLeft
    {
        get
        {
            lock (gate)
            {
                witnesses.RemoveAll(IsGone);
                return witnesses.Count == 0;
            }
        }
    }

    /// <summary>Takes note of another process that executes it; false when there was a time in which none did: then
    /// it may be another by now.</summary>
    public bool TryAdd(LinuxProcess process)
    {
        if (!IsUnchanged)
            return false;
        Add(process);
        return true;
    }

    /// <summary>Opens it, wherever it is and if it has a name or not; null when nobody executes it any more.</summary>
    public SafeFileHandle? TryOpen()
    {
        try
        {
            if (PathIn() is not { } path)
                return null;
            SafeFileHandle file = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            // The process may have executed another program meanwhile.
            if (FileNumbers.TryRead(file, out ulong device, out ulong inode)
                && Identity == new FileIdentity(device, inode))
            {
                return file;
            }
            file.Dispose();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string? PathIn()
    {
        lock (gate)
        {
            witnesses.RemoveAll(IsGone);
            return witnesses.Find(witness => ExecutedBy(witness) == Identity)?.Process.ExecutablePath;
        }
    }

    private void Add(LinuxProcess process)
    {
        lock (gate)
        {
            if (process.StartTicks is { } ticks && !witnesses.Exists(witness => witness.Process.Pid == process.Pid))
                witnesses.Add(new Witness(process, ticks));
        }
    }

    /// <summary>One that does not show what it executes may execute it still.</summary>
    private bool IsGone(Witness witness) =>
        witness.Process.Stat is not { IsAlive: true } stat || stat.StartTicks != witness.StartTicks
        || (ExecutedBy(witness) is { } executed && executed != Identity);

    private static FileIdentity? ExecutedBy(Witness witness) =>
        FrozenRead.TryIdentify(witness.Process.Pid, out ulong device, out ulong inode)
            ? new FileIdentity(device, inode) : null;

    private sealed record Witness(LinuxProcess Process, ulong StartTicks);
}
