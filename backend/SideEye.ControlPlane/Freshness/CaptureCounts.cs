using SideEye.ControlPlane.Capturing;

namespace SideEye.ControlPlane.Freshness;

/// <summary>How many captures there were, and what they took.</summary>
/// <remarks>For any number of threads.</remarks>
public sealed class CaptureCounts
{
    private readonly Lock gate = new();
    private readonly Histogram durations = new([0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]);
    private readonly Histogram pauses = new([0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]);
    private long taken;
    private long failed;
    private long processesFailed;
    private int waiting;
    private int running;

    /// <summary>Requests that wait for a capture.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Captures that wait for their turn or are under way.</summary>
    public int Running => Volatile.Read(ref running);

    /// <summary>What was counted until now.</summary>
    public CaptureTotals Totals
    {
        get
        {
            lock (gate)
                return new CaptureTotals(taken, failed, processesFailed, durations.Counts, pauses.Counts);
        }
    }

    /// <summary>Somebody begins to wait, or has ended (-1).</summary>
    internal void Wait(int change) => Interlocked.Add(ref waiting, change);

    /// <summary>A capture begins, or has ended (-1).</summary>
    internal void Run(int change) => Interlocked.Add(ref running, change);

    /// <summary>A capture was taken.</summary>
    internal void Taken(TakenSnapshot snapshot)
    {
        lock (gate)
        {
            taken++;
            durations.Add(snapshot.Duration.TotalSeconds);
            foreach (AgentOutcome agent in snapshot.Agents)
            {
                processesFailed += agent.Failed;
                if (agent.Captured > 0)
                    pauses.Add(agent.PauseMax.TotalSeconds);
            }
        }
    }

    /// <summary>A capture failed.</summary>
    internal void Failed()
    {
        lock (gate)
            failed++;
    }
}

/// <summary>Counts of captures.</summary>
/// <param name="Taken">Snapshots taken.</param>
/// <param name="Failed">Captures of which nothing came.</param>
/// <param name="ProcessesFailed">Processes that were meant and not captured.</param>
/// <param name="Durations">Seconds from order to file.</param>
/// <param name="Pauses">Seconds of the longest pause, for each agent in each snapshot.</param>
public sealed record CaptureTotals(
    long Taken, long Failed, long ProcessesFailed, HistogramCounts Durations, HistogramCounts Pauses);
