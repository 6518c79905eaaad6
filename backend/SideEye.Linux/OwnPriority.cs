using System.Globalization;

namespace SideEye.Linux;

/// <summary>The priority of this process's own threads.</summary>
public static class OwnPriority
{
    private const int Nice = 10;
    private const int PassesMax = 8;

    /// <summary>
    /// Lets others go first: nice 10 for all threads of this process and those they start. Does nothing without
    /// CAP_SYS_NICE: then no thread of ours could raise itself again for the time in which a target stands still. Best
    /// effort.
    /// </summary>
    public static void Yield()
    {
        if (!Privileges.Has(Capability.SysNice))
            return;
        // A thread inherits its starter's: who was started by one that we had not come to yet is new in the next pass.
        HashSet<int> seen = [];
        for (int pass = 0; pass < PassesMax; pass++)
        {
            int before = seen.Count;
            foreach (string folder in Directory.EnumerateDirectories("/proc/self/task"))
            {
                if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out int thread)
                    && seen.Add(thread))
                {
                    Lower(thread);
                }
            }
            if (seen.Count == before)
                return;
        }
    }

    /// <summary>The user may have asked for an even lower one: that stays. A thread may have ended meanwhile.</summary>
    private static void Lower(int thread)
    {
        if (LibC.GetPriority(LibC.PriorityOfThread, (uint)thread) < Nice)
            _ = LibC.SetPriority(LibC.PriorityOfThread, (uint)thread, Nice);
    }
}
