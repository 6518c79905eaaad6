using SideEye.Target;

namespace SideEye.GoRuntime;

/// <summary>
/// Where a program takes the ids of new goroutines from (runtime/proc.go, newproc1): each runtime.p takes
/// <see cref="Batch"/> of them at a time from runtime.sched.goidgen, which holds the last that was taken, and keeps
/// those from p.goidcache up to but not with p.goidcacheend until it hands them out, one after the other. No id comes
/// twice.
/// </summary>
/// <param name="LastTaken">Link-time address of runtime.sched.goidgen, 8 bytes.</param>
/// <param name="Processors">Link-time address of runtime.allp, a slice of pointers to runtime.p; beyond its length are
/// processors that GOMAXPROCS does not count now, with the ids they keep.</param>
/// <param name="Kept">Offset in runtime.p of goidcache, which goidcacheend follows: 16 bytes.</param>
public sealed record GoroutineIdSource(ulong LastTaken, ulong Processors, int Kept)
{
    /// <summary>How many ids a processor takes at a time (runtime/proc.go, _GoidCacheBatch, Go 1.4 to 1.27).</summary>
    public const int Batch = 16;

    private const int WordBytes = 8;

    /// <summary>Finds it by DWARF; null without debug information, or where it does not look as expected.</summary>
    internal static GoroutineIdSource? Locate(GoDebugInformation debugInformation, RuntimeLayout layout)
    {
        try
        {
            RuntimeStructure? processor = layout.Find("runtime.p");
            return debugInformation.FindField("runtime.sched", "goidgen") is { } lastTaken
                && debugInformation.FindVariable("runtime.allp") is { } processors
                && processor?.OptionalOffset("goidcache") is { } kept
                && processor.OptionalOffset("goidcacheend") == kept + WordBytes
                    ? new GoroutineIdSource(lastTaken, processors, kept) : null;
        }
        catch (MalformedFileException)
        {
            return null;
        }
    }
}
