using SideEye.Linux;

namespace SideEye.Agent.Watching;

/// <summary>
/// Keeps the birth clocks of the watched processes: looks every second at which ids their goroutines have, stopping
/// nothing. A round that cost c of processor time is followed by 2000 c without one, so that they stay below half a
/// thousandth of a core.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class BirthClocks(TimeProvider time)
{
    private const int RestPerCost = 2000;
    private static readonly TimeSpan RestMin = TimeSpan.FromSeconds(1);

    private long last;
    private TimeSpan rest = RestMin;

    /// <summary>How long until the next round is due; zero when it is.</summary>
    public TimeSpan NextIn
    {
        get
        {
            TimeSpan left = last == 0 ? TimeSpan.Zero : rest - time.GetElapsedTime(last);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Looks at the processes when it is time.</summary>
    public void Look(IReadOnlyCollection<WatchedProcess> processes)
    {
        if (NextIn > TimeSpan.Zero)
            return;
        last = time.GetTimestamp();
        TimeSpan spent = TimeSpan.Zero;
        foreach (WatchedProcess process in processes)
        {
            if (process.Found.Process is not { } go)
                continue;
            TimeSpan before = OwnUsage.ThreadTime();
            // The first look at a program reads its debug information, which no other does.
            bool isFirst = go.BirthClock.Count == 0;
            go.LookAtIds();
            spent += isFirst ? TimeSpan.Zero : OwnUsage.ThreadTime() - before;
        }
        rest = spent * RestPerCost < RestMin ? RestMin : spent * RestPerCost;
    }
}
