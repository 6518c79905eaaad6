namespace SideEye.Agent.Snapshots;

/// <summary>
/// How long a process may stand still in a sliding window, and how long it has. Safe for use by several threads.
/// </summary>
/// <param name="allowed">Longest sum of pauses in the window.</param>
/// <param name="window">The window.</param>
/// <param name="time">The clock.</param>
public sealed class PauseBudget(TimeSpan allowed, TimeSpan window, TimeProvider time)
{
    // With less left a busy process could hardly be stopped at all.
    private static readonly TimeSpan LeastUseful = TimeSpan.FromMilliseconds(2);

    private readonly Lock gate = new();
    private readonly Queue<(long At, TimeSpan Pause)> pauses = [];
    private TimeSpan used;
    private long snapshots;
    private long refused;

    /// <summary>Snapshots that were charged so far.</summary>
    public long Snapshots => Interlocked.Read(ref snapshots);

    /// <summary>Snapshots that were refused so far.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>Sum of the pauses in the window that ends now.</summary>
    public TimeSpan Used
    {
        get
        {
            lock (gate)
            {
                Slide();
                return used;
            }
        }
    }

    /// <summary>What is left for a snapshot.</summary>
    /// <param name="left">Receives the longest sum of pauses that it may cause.</param>
    /// <returns>Null, or why there is not enough left, for people.</returns>
    public string? Ask(out TimeSpan left)
    {
        lock (gate)
        {
            Slide();
            left = allowed - used;
            if (left >= (allowed < LeastUseful ? allowed : LeastUseful) && left > TimeSpan.Zero)
                return null;
            refused++;
            FormattableString what =
                $"{used.TotalMilliseconds:0.###} ms of {allowed.TotalMilliseconds:0.###} ms in {window.TotalSeconds} s";
            FormattableString when = $"it is free again in {FreeIn().TotalSeconds:0.0} s";
            return $"the pause budget is used up: {FormattableString.Invariant(what)}; "
                + $"{FormattableString.Invariant(when)} (--pause-budget of the agent)";
        }
    }

    /// <summary>Takes note of a pause that was.</summary>
    public void Charge(TimeSpan pause)
    {
        lock (gate)
        {
            Slide();
            pauses.Enqueue((time.GetTimestamp(), pause));
            used += pause;
            snapshots++;
        }
    }

    private void Slide()
    {
        while (pauses.TryPeek(out (long At, TimeSpan Pause) oldest) && time.GetElapsedTime(oldest.At) >= window)
        {
            pauses.Dequeue();
            used -= oldest.Pause;
        }
    }

    private TimeSpan FreeIn()
    {
        TimeSpan rest = used;
        foreach ((long at, TimeSpan pause) in pauses)
        {
            rest -= pause;
            if (allowed - rest >= LeastUseful)
                return window - time.GetElapsedTime(at);
        }
        return window;
    }
}
