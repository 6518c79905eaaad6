using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SideEye.Soak;

/// <summary>A service under a steady load by wrk, and the latencies that its callers see.</summary>
/// <param name="P99">The 99th percentile; of several windows that of the one in the middle.</param>
/// <param name="P50">The median, likewise.</param>
/// <param name="Rate">Requests a second, likewise.</param>
/// <param name="Errors">Requests that failed.</param>
internal sealed partial record ServiceLoad(TimeSpan P99, TimeSpan P50, double Rate, int Errors)
{
    // Each of four connections rests that long between requests, so that the service has room: at full speed wrk
    // measures how it shares the processor, and any other program beside it counts.
    private const string Pace = "function delay() return 5 end";

    // One hiccup of the machine is the 99th percentile of a window, and not of all of them.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    /// <summary>Calls an address for a while, window after window.</summary>
    /// <param name="before">A command that runs wrk, such as <c>taskset</c>; empty for none.</param>
    /// <param name="url">The address.</param>
    /// <param name="time">How long.</param>
    /// <exception cref="InvalidOperationException">wrk did not report.</exception>
    public static async Task<ServiceLoad> RunAsync(IReadOnlyList<string> before, string url, TimeSpan time)
    {
        string script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(script, Pace);
            List<ServiceLoad> windows = [];
            int count = Math.Max(1, (int)Math.Round(time / Window));
            while (windows.Count < count)
                windows.Add(await RunAsync(before, url, script, time / count));
            return Middle(windows);
        }
        finally
        {
            File.Delete(script);
        }
    }

    /// <summary>In a line, for people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"p99 {P99.TotalMilliseconds:0.00} ms, median {P50.TotalMilliseconds:0.00} ms at {Rate:0}/s");

    private static async Task<ServiceLoad> RunAsync(
        IReadOnlyList<string> before, string url, string script, TimeSpan time)
    {
        string duration = FormattableString.Invariant($"-d{time.TotalSeconds:0}s");
        string[] all = [.. before, "wrk", "-t1", "-c4", "--latency", duration, "-s", script, url];
        using Process process = Process.Start(
            new ProcessStartInfo(all[0], all.Skip(1)) { RedirectStandardOutput = true })!;
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return Of(text);
    }

    private static ServiceLoad Middle(List<ServiceLoad> windows) => new(
        windows.Select(static one => one.P99).Order().ElementAt(windows.Count / 2),
        windows.Select(static one => one.P50).Order().ElementAt(windows.Count / 2),
        windows.Select(static one => one.Rate).Order().ElementAt(windows.Count / 2),
        windows.Sum(static one => one.Errors));

    private static ServiceLoad Of(string text)
    {
        Match p99 = P99Line().Match(text), p50 = P50Line().Match(text), rate = RateLine().Match(text);
        if (!p99.Success || !p50.Success || !rate.Success)
            throw new InvalidOperationException($"wrk: {text}");
        int errors = ErrorLines().Matches(text).SelectMany(static line => line.Groups[1].Captures)
            .Sum(static one => int.Parse(one.Value, CultureInfo.InvariantCulture));
        return new ServiceLoad(
            Time(p99), Time(p50), double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture), errors);
    }

    private static TimeSpan Time(Match line) => TimeSpan.FromMilliseconds(
        double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture)
        * line.Groups[2].Value switch { "us" => 0.001, "s" => 1000, _ => 1 });

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P99Line();

    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P50Line();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RateLine();

    [GeneratedRegex(@"(?:Socket errors:|Non-2xx or 3xx responses:)(?:[^\d\n]*(\d+))+")]
    private static partial Regex ErrorLines();
}
