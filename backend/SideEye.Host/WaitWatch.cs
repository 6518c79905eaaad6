namespace SideEye.Host;

/// <summary>Keeps the clocks of processes' goroutines: looks at them once a second, stopping nothing.</summary>
public static class WaitWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Looks at once, then every second, for <paramref name="duration"/>. A process that goes away is passed over.
    /// </summary>
    public static async Task RunAsync(
        IReadOnlyList<GoProcess> processes, TimeSpan duration, long goroutinesMax, TimeProvider time,
        CancellationToken stop)
    {
        long begun = time.GetTimestamp();
        while (true)
        {
            foreach (GoProcess process in processes)
                TryLook(process, goroutinesMax);
            TimeSpan left = duration - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
                return;
            await Task.Delay(left < Interval ? left : Interval, time, stop).ConfigureAwait(false);
        }
    }

    private static void TryLook(GoProcess process, long goroutinesMax)
    {
        process.LookAtIds();
        try
        {
            process.Scan(goroutinesMax, feedsClock: true);
        }
        catch (TargetException)
        {
            // Gone: the snapshot that follows says so, with the reason.
        }
    }
}
