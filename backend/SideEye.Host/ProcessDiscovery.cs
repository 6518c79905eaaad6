using System.Collections.Immutable;
using SideEye.Bpf;
using SideEye.Linux;

namespace SideEye.Host;

/// <summary>
/// Follows which Go processes this host has. A look lists /proc and opens what is new; of the rest only device and
/// inode of the program are asked, so that a look at hundreds of processes costs about a millisecond. Not safe for use
/// by several threads.
/// </summary>
/// <param name="binaries">Program files, shared by the processes of one program.</param>
public sealed class ProcessDiscovery(BinaryCache binaries)
{
    // A shell becomes another program when it executes one: young processes are asked each time, old ones seldom.
    private const int YoungLooks = 15;
    private const int SeldomLooks = 16;

    private readonly Dictionary<int, Seen> seen = [];
    private int looks;

    /// <summary>The Go processes of the last look, by pid.</summary>
    public ImmutableSortedDictionary<int, DiscoveredProcess> Processes { get; private set; } =
        ImmutableSortedDictionary<int, DiscoveredProcess>.Empty;

    /// <summary>Looks once.</summary>
    /// <returns>True when something has changed.</returns>
    public bool Look()
    {
        looks++;
        ImmutableSortedDictionary<int, DiscoveredProcess> before = Processes;
        HashSet<int> listed = [];
        foreach (int pid in LinuxProcess.Pids())
        {
            listed.Add(pid);
            if (pid != Environment.ProcessId)
                LookAt(pid);
        }
        foreach (int pid in seen.Keys.Where(pid => !listed.Contains(pid)).ToArray())
            Forget(pid);
        return !ReferenceEquals(before, Processes);
    }

    /// <summary>Closes program files of processes that are gone, once nobody can come upon those any more.</summary>
    public void CloseUnused() =>
        binaries.Keep(seen.Values.Where(static one => one.IsGo).Select(static one => one.Program).ToHashSet());

    private void LookAt(int pid)
    {
        if (!seen.TryGetValue(pid, out Seen? known))
        {
            Open(pid, DiscoveredProcess.StartOf(pid));
            return;
        }
        if (IsStill(pid, known))
            return;
        Forget(pid);
        Open(pid, DiscoveredProcess.StartOf(pid));
    }

    private bool IsStill(int pid, Seen known)
    {
        if (known.IsGo)
        {
            bool isAlive = new LinuxProcess(pid).Stat is { IsAlive: true } stat && stat.StartTicks == known.StartTicks;
            if (!isAlive)
                return false;
        }
        if (looks - known.FirstLook >= YoungLooks && (looks + pid) % SeldomLooks != 0)
            return true;
        bool isThere = FrozenRead.TryIdentify(pid, out ulong device, out ulong inode);
        return (isThere ? new FileIdentity(device, inode) : default) == known.Program;
    }

    private void Open(int pid, ulong startTicks)
    {
        bool isThere = FrozenRead.TryIdentify(pid, out ulong device, out ulong inode);
        DiscoveredProcess? found = isThere && startTicks != 0
            ? DiscoveredProcess.TryOpen(pid, startTicks, binaries) : null;
        seen[pid] = new Seen(isThere ? new FileIdentity(device, inode) : default, startTicks, looks, found is not null);
        if (found is not null)
            Processes = Processes.SetItem(pid, found);
    }

    private void Forget(int pid)
    {
        seen.Remove(pid);
        Processes = Processes.Remove(pid);
    }

    private sealed record Seen(FileIdentity Program, ulong StartTicks, int FirstLook, bool IsGo);
}
