using SideEye.Host;
using SideEye.Linux;

namespace SideEye.Agent.Watching;

/// <summary>
/// Keeps the birth clocks of the watched processes: looks every second at which ids their goroutines have, stopping
/// nothing. A round that cost c of processor time is followed by 4000 c without one, to the nearest turn, so that they
/// take about a quarter of a thousandth of a core at most.
/// </summary>
/// <param name="turn">How often looks can be asked for: the least rest after a round.</param>
/// <param name="time">The clock.</param>
public sealed class BirthClocks(TimeSpan turn, TimeProvider time)
{
    private const int RestPerCost = 4000;

    private long last;
    private TimeSpan rest;

    /// <summary>Looks at the processes when it is time.</summary>
    public void Look(IReadOnlyCollection<WatchedProcess> processes)
    {
        if (last != 0 && time.GetElapsedTime(last) + (turn / 2) < rest)
            return;
        last = time.GetTimestamp();
        TimeSpan begun = OwnUsage.ThreadTime();
        TimeSpan toBegin = TimeSpan.Zero;
        foreach (WatchedProcess process in processes)
        {
            if (process.Found.Process is { } go)
                toBegin += Look(go);
        }
        TimeSpan needed = (OwnUsage.ThreadTime() - begun - toBegin) * RestPerCost;
        rest = needed < turn ? turn : needed;
    }

    /// <summary>Looks at one, and returns what it cost beyond a look: the first reads the debug information.</summary>
    private static TimeSpan Look(GoProcess process)
    {
        if (process.BirthClock.Count > 0)
        {
            process.LookAtIds();
            return TimeSpan.Zero;
        }
        TimeSpan before = OwnUsage.ThreadTime();
        process.LookAtIds();
        return OwnUsage.ThreadTime() - before;
    }
}
