using SideEye.Agent.Options;
using SideEye.GoRuntime;
using SideEye.Host;
using SideEye.Linux;

namespace SideEye.Agent.Watching;

/// <summary>
/// Keeps the wait clocks of the watched processes: looks at their goroutines now and then, stopping nothing. A look
/// that cost c of processor time is followed by 2000 c without one for each process, to the nearest turn, so that all
/// looks together take about half a thousandth of a core at most.
/// </summary>
/// <param name="options">How the agent was started.</param>
/// <param name="turn">How often looks can be asked for: the least rest after one.</param>
/// <param name="time">The clock.</param>
public sealed class WaitClocks(AgentOptions options, TimeSpan turn, TimeProvider time)
{
    private const int RestPerCost = 2000;

    private readonly Dictionary<string, long> due = [];

    /// <summary>Looks at the processes whose time has come.</summary>
    public void Look(IReadOnlyCollection<WatchedProcess> processes)
    {
        HashSet<string> there = [];
        long dueAbout = time.GetTimestamp() + Ticks(turn / 2);
        foreach (WatchedProcess process in processes)
        {
            string key = process.Found.Key;
            there.Add(key);
            if (process.Found.Process is not { } go || due.GetValueOrDefault(key) > dueAbout)
                continue;
            TimeSpan before = OwnUsage.ThreadTime();
            TryLook(go);
            TimeSpan rest = (OwnUsage.ThreadTime() - before) * RestPerCost * processes.Count;
            due[key] = time.GetTimestamp() + Ticks(rest < turn ? turn : rest);
        }
        foreach (string gone in due.Keys.Where(key => !there.Contains(key)).ToArray())
            due.Remove(gone);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private void TryLook(GoProcess process)
    {
        try
        {
            process.Scan(options.Capture.GoroutinesMax, feedsClock: true);
        }
        catch (Exception e) when (e is TargetException or RuntimeVariableNotFoundException)
        {
            // Gone, or without a list of goroutines: a snapshot says so, with the reason.
        }
    }
}
