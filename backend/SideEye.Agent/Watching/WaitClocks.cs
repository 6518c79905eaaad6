using SideEye.Agent.Options;
using SideEye.GoRuntime;
using SideEye.Host;
using SideEye.Linux;

namespace SideEye.Agent.Watching;

/// <summary>
/// Keeps the wait clocks of the watched processes: looks at their goroutines now and then, stopping nothing. A look
/// that cost c of processor time is followed by 1500 c without one for each process, so that all looks together stay
/// well below a thousandth of a core.
/// </summary>
/// <param name="options">How the agent was started.</param>
/// <param name="time">The clock.</param>
public sealed class WaitClocks(AgentOptions options, TimeProvider time)
{
    private const int RestPerCost = 1500;
    private static readonly TimeSpan RestMin = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, long> due = [];

    /// <summary>How long until the next look is due.</summary>
    public TimeSpan NextIn { get; private set; } = RestMin;

    /// <summary>Looks at the processes whose time has come.</summary>
    public void Look(IReadOnlyCollection<WatchedProcess> processes)
    {
        HashSet<string> there = [];
        long next = time.GetTimestamp() + (time.TimestampFrequency * (long)RestMin.TotalSeconds);
        foreach (WatchedProcess process in processes)
        {
            string key = process.Found.Key;
            there.Add(key);
            if (process.Found.Process is not { } go || due.GetValueOrDefault(key) > time.GetTimestamp())
                continue;
            TimeSpan before = OwnUsage.ThreadTime();
            TryLook(go);
            TimeSpan rest = (OwnUsage.ThreadTime() - before) * RestPerCost * processes.Count;
            rest = rest < RestMin ? RestMin : rest;
            due[key] = time.GetTimestamp() + (long)(rest.TotalSeconds * time.TimestampFrequency);
        }
        foreach (string gone in due.Keys.Where(key => !there.Contains(key)).ToArray())
            due.Remove(gone);
        foreach (long at in due.Values)
            next = Math.Min(next, at);
        // Those that are due within a second are looked at together: waking up costs as much as a small look.
        TimeSpan until = time.GetElapsedTime(time.GetTimestamp(), next);
        NextIn = until < RestMin ? RestMin : until;
    }

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
