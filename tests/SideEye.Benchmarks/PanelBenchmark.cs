using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SideEye.Testing;

namespace SideEye.Benchmarks;

/// <summary>From a panel's query to its frame, over plugin, control plane and agent; and one snapshot over many agents.
/// </summary>
/// <param name="runs">How often each is measured.</param>
/// <param name="report">Receives the rows.</param>
internal sealed class PanelBenchmark(int runs, Report report)
{
    private const int Goroutines = 10_000;
    private const int Agents = 20;
    private const int WarmUp = 20;
    private const double FreshMax = 150e6, PauseMax = 8e6, MillionRowsMax = 100e6;
    // The desk takes none more often than that, so each call finds the snapshot before too old.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2.5);

    public async Task RunAsync()
    {
        report.Begin($"panels of {Goroutines:N0} goroutines; {Agents} agents");
        DirectoryInfo data = Directory.CreateTempSubdirectory("sideeye-bench-");
        try
        {
            await PluginLoad.BuildAsync();
            string one = Path.Combine(data.FullName, "one");
            MillionRows.WriteInto(one);
            await using (GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", $"{Goroutines}"))
            {
                await using ServedAgent served = await ServedAgent.StartAsync(
                    [SideEyeCommand.ExecutablePath], one, 1, ["--pause-budget", "30000"]);
                await FreshAsync(served);
                await KeptAsync(served);
                report.Row("1,000,000 rows aggregated", await MillionRows.AggregateAsync(served.Address, runs * 3),
                    Unit.Time, MillionRowsMax);
            }
            await FanOutAsync(Path.Combine(data.FullName, "many"));
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException)
        {
            report.Fail("panels", e.Message);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private async Task FreshAsync(ServedAgent served)
    {
        // The first compiles and indexes, and what runs often is compiled anew for speed: a control plane is warm when
        // people have looked at it for a minute.
        JsonElement load = await AskAsync(served, "fresh", runs * 2, warmUp: WarmUp, Rest);
        report.Row("QueryData to frame, a snapshot taken for it", Ranks(load), Unit.Time, FreshMax);
        report.Row("of it the pause", await PausesAsync(served, runs * 2), Unit.Time, PauseMax);
    }

    private async Task KeptAsync(ServedAgent served)
    {
        // For a second the same query would be given the answer that there is.
        JsonElement load = await AskAsync(served, "latest", runs * 2, warmUp: 2, TimeSpan.FromSeconds(1.2));
        report.Row("QueryData to frame, of a snapshot that is there", Ranks(load), Unit.Time);
    }

    private static Samples Ranks(JsonElement load)
    {
        Samples ranks = new();
        foreach (string rank in new[] { "min", "p50", "p99" })
            ranks.Add(load.GetProperty("latencyMs").GetProperty(rank).GetDouble() * 1e6);
        return ranks;
    }

    private static async Task<JsonElement> AskAsync(
        ServedAgent served, string mode, int calls, int warmUp, TimeSpan rest)
    {
        string query =
            $$$"""{"program":"default","kind":"goroutines","snapshot":{"mode":"{{{mode}}}","maxAge":"1s"}}""";
        JsonElement load = await PluginLoad.RunAsync(
            [], "repeat", "-url", served.Address, "-query", query, "-calls", $"{calls}", "-warm-up", $"{warmUp}",
            "-rest", $"{rest.TotalMilliseconds}ms");
        return load.GetProperty("failed").GetInt32() == 0
            ? load : throw new InvalidOperationException($"a query failed: {load.GetProperty("errors")}");
    }

    private async Task FanOutAsync(string data)
    {
        // The agents of one machine watch the same processes; each has one of its own to capture.
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "100");
        await using ServedAgent served = await ServedAgent.StartAsync([SideEyeCommand.ExecutablePath], data, Agents);
        Samples whole = new(), skew = new();
        Uri snapshots = new("/api/v1/snapshots", UriKind.Relative);
        using HttpClient http = new() { BaseAddress = new Uri(served.Address) };
        for (int run = 0; run <= runs; run++)
        {
            using StringContent all = new("{}", null, "application/json");
            long begun = Stopwatch.GetTimestamp();
            using HttpResponseMessage answer = await http.PostAsync(snapshots, all);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
            if (run == 0)
                continue;
            whole.Add(Stopwatch.GetElapsedTime(begun).TotalNanoseconds);
            skew.Add(await SkewAsync(http));
        }
        report.Row($"a snapshot over {Agents} agents, to the file", whole, Unit.Time);
        report.Row("of it from the first process's freeze to the last's", skew, Unit.Time);
    }

    private static async Task<double> SkewAsync(HttpClient http)
    {
        using StringContent query = new(
            """{"sql": "SELECT max(skew_ns) AS skew FROM processes"}""", null, "application/json");
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(
            "/api/v1/snapshots/latest/query", UriKind.Relative)) { Content = query };
        request.Headers.Accept.ParseAdd("text/csv");
        using HttpResponseMessage answer = await http.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        return double.Parse(text.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
    }

    private static async Task<Samples> PausesAsync(ServedAgent served, int newest)
    {
        using HttpClient http = new();
        string text = await http.GetStringAsync($"{served.Address}/api/v1/snapshots?limit={newest}");
        Samples pauses = new();
        foreach (JsonElement snapshot in JsonDocument.Parse(text).RootElement.EnumerateArray())
            pauses.Add(snapshot.GetProperty("pause_max_ns").GetDouble());
        return pauses;
    }
}
