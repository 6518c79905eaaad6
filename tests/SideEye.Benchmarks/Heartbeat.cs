using SideEye.Testing;

namespace SideEye.Benchmarks;

/// <summary>
/// Asks a target again and again for the largest gap of its heartbeat, so that each answer belongs to few milliseconds.
/// On a machine with two cores the gaps of a whole second are those of the scheduler, not ours.
/// </summary>
internal sealed class Heartbeat(GoTarget target)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    /// <summary>Whatever happens between the two readings of a clock, here and in the native library.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(0.5);

    private readonly List<Window> windows = [];

    /// <summary>The largest gap since it was last asked, in nanoseconds.</summary>
    public async Task<long> TakeAsync() => (await target.AskNumbersAsync("gap"))[0];

    /// <summary>Listens while <paramref name="work"/> goes on, and for one answer more.</summary>
    public async Task ListenAsync(Task work)
    {
        windows.Clear();
        await TakeAsync();
        bool isLast = false;
        DateTime begun = DateTime.UtcNow;
        while (!isLast)
        {
            isLast = work.IsCompleted;
            await Task.Delay(Pace);
            DateTime asked = DateTime.UtcNow;
            long gap = await TakeAsync();
            windows.Add(new Window(begun, DateTime.UtcNow, gap));
            begun = asked;
        }
    }

    /// <summary>The largest gap, in nanoseconds, of the windows that touch a span of time.</summary>
    public long LargestBetween(DateTime from, DateTime to)
    {
        long largest = 0;
        foreach (Window window in windows)
        {
            if (window.To >= from - Slack && window.From <= to + Slack)
                largest = Math.Max(largest, window.Gap);
        }
        return largest;
    }

    /// <summary>The gap of each window.</summary>
    public IEnumerable<long> Gaps => windows.Select(window => window.Gap);

    private readonly record struct Window(DateTime From, DateTime To, long Gap);
}
