using SideEye.Bpf;
using SideEye.Host;

namespace SideEye.Agent.Watching;

/// <summary>
/// Gives memory back to the host when things are quiet again: opening a binary and decoding a snapshot take a lot of it
/// for a moment, and whoever only watches for hours afterwards should not keep it. Safe for use by several threads.
/// </summary>
/// <param name="probes">Those that are kept loaded.</param>
/// <param name="binaries">The programs that are open.</param>
/// <param name="time">The clock.</param>
public sealed class QuietMemory(ProbePool probes, BinaryCache binaries, TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CollectionsEvery = TimeSpan.FromMinutes(1);

    private long lastUse = time.GetTimestamp();
    private long lastCollection;
    private bool isUsed = true;

    /// <summary>Memory was used for something that is over now.</summary>
    public void Used()
    {
        Volatile.Write(ref lastUse, time.GetTimestamp());
        Volatile.Write(ref isUsed, true);
    }

    /// <summary>Gives it back unless somebody uses it, or nothing was used since the last time, or that was not long
    /// ago.</summary>
    public void GiveBack()
    {
        probes.GiveBack();
        bool isTime = time.GetElapsedTime(Volatile.Read(ref lastUse)) >= Quiet
            && (lastCollection == 0 || time.GetElapsedTime(lastCollection) >= CollectionsEvery);
        if (!isTime || !Interlocked.Exchange(ref isUsed, false))
            return;
        lastCollection = time.GetTimestamp();
        binaries.LetGo();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
