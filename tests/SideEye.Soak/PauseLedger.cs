using System.Globalization;
using System.Text.Json;

namespace SideEye.Soak;

/// <summary>What a process stood still, from the snapshots that the control plane keeps: held against the budget that
/// its agent promises.</summary>
internal static class PauseLedger
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>The most that a process stood still within any minute.</summary>
    /// <param name="address">The control plane's.</param>
    /// <returns>The pauses of the worst minute together, the longest pause, and the number of snapshots.</returns>
    public static async Task<(TimeSpan Worst, TimeSpan Longest, int Snapshots)> ReadAsync(string address)
    {
        using HttpClient http = new();
        string text = await http.GetStringAsync($"{address}/api/v1/snapshots?limit=1000");
        using JsonDocument all = JsonDocument.Parse(text);
        (DateTimeOffset At, long Pause)[] pauses =
        [
            .. all.RootElement.EnumerateArray().Select(static one => (
                DateTimeOffset.Parse(one.GetProperty("captured_at").GetString()!, CultureInfo.InvariantCulture),
                one.GetProperty("pause_max_ns").GetInt64())),
        ];
        long worst = pauses.Select(first => pauses
            .Where(each => each.At >= first.At && each.At < first.At + Window).Sum(static each => each.Pause))
            .DefaultIfEmpty().Max();
        return (Nanoseconds(worst), Nanoseconds(pauses.Select(static one => one.Pause).DefaultIfEmpty().Max()),
            pauses.Length);
    }

    private static TimeSpan Nanoseconds(long count) => TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick);
}
