using System.Diagnostics;
using System.Text.Json;
using SideEye.Testing;

namespace SideEye.Soak;

/// <summary>
/// People in front of dashboards, and alert rules, for as long as is wanted: the plugin in a real host, a control
/// plane, an agent, and a service under load whose latencies are compared with those that it has without us.
/// </summary>
internal sealed class PanelSoak(TimeSpan duration)
{
    private const int Viewers = 20;
    private const int SignalContinue = 18;
    private const int SignalStop = 19;
    private const string Target = "web";

    // Without a rule a program is called like its file, and the tests' programs are files of that name.
    private const string Program = "default";

    // In life the control plane and Grafana are on other machines than the service and its agent: here they have a
    // processor each.
    private static readonly string[] Here = ["taskset", "-c", "0"];
    private static readonly string[] Elsewhere = Environment.ProcessorCount > 1 ? ["taskset", "-c", "1"] : [];
    private static readonly TimeSpan BudgetOfAMinute = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>Memory may grow by so much, in KiB, from the second quarter of the run to the last.</summary>
    private const long GrowthKiBMax = 96 * 1024;

    private const string Alert =
        """{"kind":"sql","format":"numeric","sql":"SELECT count(*) AS n FROM goroutines"}""";

    private static readonly string[] Panels =
    [
        """{"kind":"sql","sql":"SELECT * FROM goroutine_groups"}""",
        """{"kind":"sql","sql":"SELECT * FROM waiting LIMIT 100"}""",
        """{"kind":"sql","sql":"SELECT * FROM http_requests_in_flight"}""",
        """{"kind":"sql","sql":"SELECT status, count(*) AS count FROM goroutines GROUP BY ALL"}""",
        """{"kind":"sql","sql":"SELECT function, count(*) AS n FROM frames GROUP BY ALL ORDER BY 2 DESC LIMIT 20"}""",
        """{"kind":"goroutines"}""",
        """{"kind":"flamegraph"}""",
        """{"kind":"nodegraph"}""",
        """{"kind":"logs"}""",
        """{"kind":"snapshots"}""",
    ];

    private readonly List<(TimeSpan At, long Agent, long ControlPlane, long Plugin)> memory = [];
    private int problems;

    /// <summary>Runs, reports and judges.</summary>
    /// <returns>The exit code: 0 when nothing went wrong.</returns>
    public async Task<int> RunAsync()
    {
        await BuiltAgent.BuildAsync();
        await PluginLoad.BuildAsync();
        string sideeye = Repository.PathOf("out", "bin", "sideeye");
        DirectoryInfo data = Directory.CreateTempSubdirectory("sideeye-soak-");
        try
        {
            await using GoTarget web = await GoTarget.StartAsync(Target, Toolchains.Newest);
            await PinAsync(web.ProcessId);
            string order = $"http://{web.Greeting[0]["listening ".Length..]}/order?id=7";
            await using ServedAgent served = await ServedAgent.StartAsync([.. Elsewhere, sideeye], data.FullName);
            await PinAsync(served.Agent.ProcessId);
            await TakeSnapshotAsync(served);
            ServiceLoad before = await AloneAsync(served, order);
            ServiceLoad with = await LookAtPanelsAsync(served, order);
            Compare(before, with, await AloneAsync(served, order));
            if (web.HasExited)
                Complain("the service has ended");
        }
        finally
        {
            data.Delete(recursive: true);
        }
        Console.WriteLine(problems == 0 ? "soak: nothing went wrong" : $"soak: {problems} problems");
        return problems == 0 ? 0 : 1;
    }

    /// <summary>
    /// The service without us on its host: the agent stands still, and people look at a snapshot that is kept, so that
    /// the other processor, which stands for other machines, is as busy as with us.
    /// </summary>
    private static async Task<ServiceLoad> AloneAsync(ServedAgent served, string order)
    {
        Console.WriteLine($"soak: the service alone for {Alone.TotalSeconds} s");
        ServiceLoad alone;
        served.Agent.Signal(SignalStop);
        try
        {
            Task<JsonElement> load = LoadAsync(served, Alone, "\"snapshot\":\"latest\",");
            alone = await ServiceLoad.RunAsync(Here, order, Alone);
            await load;
        }
        finally
        {
            served.Agent.Signal(SignalContinue);
        }
        await served.AnswerAsync();
        return alone;
    }

    private static async Task TakeSnapshotAsync(ServedAgent served)
    {
        using HttpClient http = new();
        using StringContent body = new("{}", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.PostAsync($"{served.Address}/api/v1/snapshots", body);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<ServiceLoad> LookAtPanelsAsync(ServedAgent served, string order)
    {
        Console.WriteLine($"soak: {Viewers} viewers of {Panels.Length} panels each second for {duration}");
        Task<ServiceLoad> service = ServiceLoad.RunAsync(Here, order, duration);
        Task<JsonElement> load = LoadAsync(served, duration, "");
        await WatchAsync(served, load);
        Report(await load, await MetricsAsync(served));
        await HoldAgainstBudgetAsync(served);
        return await service;
    }

    /// <summary>With us and without us, before and after: a machine is not the same for a quarter of an hour.</summary>
    private void Compare(ServiceLoad before, ServiceLoad with, ServiceLoad after)
    {
        double ratio = with.P99.TotalMilliseconds * 2 / (before.P99 + after.P99).TotalMilliseconds;
        Console.WriteLine($"service: {before} before us, {after} after us, {with} with us: "
            + FormattableString.Invariant($"{ratio:0.00} times (<= 1.05)  {(ratio > 1.05 ? "OVER" : "ok")}"));
        if (ratio > 1.05)
            Complain("the service's p99 is more than 5% over its own without us");
        if (with.Errors > 0)
            Complain($"the service failed {with.Errors} requests");
    }

    private static Task<JsonElement> LoadAsync(ServedAgent served, TimeSpan duration, string snapshot)
    {
        string[] queries = [.. Panels.SelectMany(one => new[] { "-query", OfWeb(one, snapshot) })];
        return PluginLoad.RunAsync(
            Elsewhere, [
                "viewers", "-url", served.Address, "-viewers", $"{Viewers}", "-refresh", "1s",
                "-duration", FormattableString.Invariant($"{duration.TotalSeconds}s"), "-alert-every", "10s",
                "-alert", OfWeb(Alert, snapshot),
                .. queries,
            ]);
    }

    private static string OfWeb(string query, string snapshot) =>
        $$"""{"program":"{{Program}}",{{snapshot}}{{query[1..]}}""";

    private async Task WatchAsync(ServedAgent served, Task load)
    {
        long begun = Stopwatch.GetTimestamp();
        while (await Task.WhenAny(load, Task.Delay(Look)) != load)
        {
            int[] plugins = [.. PluginProcesses()];
            memory.Add((
                Stopwatch.GetElapsedTime(begun), ResidentMemory.OfProcess(served.Agent.ProcessId),
                ResidentMemory.OfProcess(served.ControlPlane.ProcessId), plugins.Sum(ResidentMemory.OfProcess)));
        }
    }

    private void Report(JsonElement load, IReadOnlyList<string> metrics)
    {
        Console.WriteLine($"panels: {load.GetProperty("queries")} queries, {load.GetProperty("failed")} failed, "
            + $"latency in ms {load.GetProperty("latencyMs")}, notices {load.GetProperty("notices")}");
        foreach (JsonElement alert in load.GetProperty("alerts").EnumerateArray())
        {
            Console.WriteLine(
                $"alert rule: {alert.GetProperty("queries")} evaluations, {alert.GetProperty("failed")} failed");
        }
        if (load.GetProperty("failed").GetInt32() > 0)
            Complain($"queries failed: {load.GetProperty("errors")}");
        Flat("agent", static one => one.Agent);
        Flat("control plane", static one => one.ControlPlane);
        Flat("plugin", static one => one.Plugin);
        if (memory.Count > 0 && memory.TrueForAll(static one => one.Plugin == 0))
            Complain("the plugin's process was not found");
        foreach (string line in metrics)
            Console.WriteLine($"metrics: {line}");
    }

    /// <summary>The last quarter holds no more than the second: what is there by then is warm.</summary>
    private void Flat(string what, Func<(TimeSpan At, long Agent, long ControlPlane, long Plugin), long> of)
    {
        if (memory.Count < 8)
            return;
        int quarter = memory.Count / 4;
        long early = (long)memory.Skip(quarter).Take(quarter).Average(of);
        long late = (long)memory.TakeLast(quarter).Average(of);
        Console.WriteLine(
            $"memory of the {what}: {early / 1024} MB in the second quarter, {late / 1024} MB in the last, "
            + $"{memory.Max(of) / 1024} MB at most");
        if (late - early > GrowthKiBMax)
            Complain($"the memory of the {what} grew by {(late - early) / 1024} MB");
    }

    /// <summary>Captures, pauses and refusals as the control plane counts them.</summary>
    private static async Task<IReadOnlyList<string>> MetricsAsync(ServedAgent served)
    {
        using HttpClient http = new();
        string text = await http.GetStringAsync($"{served.Address}/metrics");
        return
        [
            .. text.Split('\n').Where(static line => !line.StartsWith('#') && !line.Contains("_bucket")
                && (line.Contains("capture") || line.Contains("pause") || line.Contains("refus")
                || line.Contains("shared"))),
        ];
    }

    /// <summary>The budget is the agent's word to the service.</summary>
    private async Task HoldAgainstBudgetAsync(ServedAgent served)
    {
        (TimeSpan worst, TimeSpan longest, int snapshots) = await PauseLedger.ReadAsync(served.Address);
        Console.WriteLine(FormattableString.Invariant(
            $"pauses: {snapshots} snapshots, {longest.TotalMilliseconds:0.00} ms the longest, ")
            + FormattableString.Invariant($"{worst.TotalMilliseconds:0.0} ms in the worst minute ")
            + FormattableString.Invariant($"(<= {BudgetOfAMinute.TotalMilliseconds:0} ms)"));
        if (worst > BudgetOfAMinute)
            Complain("the pauses of a minute are more than the budget");
        if (snapshots == 0)
            Complain("no snapshot was taken");
    }

    /// <summary>The host runs the file, whose name the kernel shortens: the link to it is whole.</summary>
    private static IEnumerable<int> PluginProcesses()
    {
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int id)
                && ExecutableOf(folder) == PluginLoad.Plugin)
            {
                yield return id;
            }
        }
    }

    private static string? ExecutableOf(string folder)
    {
        try
        {
            return new FileInfo(Path.Combine(folder, "exe")).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // ended meanwhile
        }
    }

    /// <summary>All threads of a process, and those to come.</summary>
    private static async Task PinAsync(int process)
    {
        using Process pin = Process.Start(new ProcessStartInfo("taskset", ["-a", "-c", "-p", "0", $"{process}"])
        {
            RedirectStandardOutput = true,
        })!;
        await pin.StandardOutput.ReadToEndAsync();
        await pin.WaitForExitAsync();
    }

    private void Complain(string problem)
    {
        problems++;
        Console.Error.WriteLine($"soak: {problem}");
    }
}
