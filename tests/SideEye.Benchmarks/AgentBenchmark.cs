using System.Diagnostics;
using System.Globalization;
using SideEye.Testing;

namespace SideEye.Benchmarks;

/// <summary>What the agent costs its host while nobody asks it anything: it watches and keeps wait clocks.</summary>
/// <param name="size">How many processes it watches, and how long.</param>
/// <param name="report">Receives the rows.</param>
internal sealed class AgentBenchmark(WatchSize size, Report report)
{
    private const double CoreShareMax = 0.002;
    private const double ResidentMax = 80e6;
    private const int Goroutines = 200;
    // Of the kernel's unit, 10 ms, an interval has to hold many for a figure of two thousandths of a core.
    private const double TicksPerSecond = 100; // USER_HZ, which no kernel of today has otherwise
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);
    // Probes stay loaded for 90 s, and what is no longer used is collected once a minute.
    private static readonly TimeSpan Rested = TimeSpan.FromSeconds(160);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public async Task RunAsync()
    {
        report.Begin(FormattableString.Invariant(
            $"agent that watches {size.Processes} processes of {Goroutines} goroutines"));
        if (!File.Exists(BuiltAgent.Path))
        {
            report.Fail("agent", $"{BuiltAgent.Path} is missing; make build makes it");
            return;
        }
        List<GoTarget> targets = [];
        try
        {
            for (int i = 0; i < size.Processes; i++)
                targets.Add(await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", $"{Goroutines}"));
            await MeasureAsync();
            await MeasureAfterSnapshotAsync();
        }
        catch (Exception e) when (
            e is InvalidOperationException or OperationCanceledException or IOException or HttpRequestException)
        {
            report.Fail("agent", e.Message);
        }
        finally
        {
            foreach (GoTarget target in targets)
                await target.DisposeAsync();
        }
    }

    private async Task MeasureAsync()
    {
        using Process agent = Process.Start(new ProcessStartInfo(BuiltAgent.Path, ["--listen", "127.0.0.1:0"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        try
        {
            _ = agent.StandardOutput.ReadToEndAsync();
            _ = agent.StandardError.ReadToEndAsync();
            await Task.Delay(Settling);
            Samples processor = new();
            Samples resident = new();
            for (TimeSpan measured = TimeSpan.Zero; measured < size.Duration; measured += Interval)
            {
                long before = Ticks(agent.Id);
                long begun = Stopwatch.GetTimestamp();
                await Task.Delay(Interval);
                double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
                processor.Add((Ticks(agent.Id) - before) / TicksPerSecond / seconds * 1e9);
                resident.Add(ResidentBytes(agent.Id));
            }
            report.Row("processor time a second", processor, Unit.Time, CoreShareMax * 1e9);
            report.Row("resident memory", resident, Unit.Memory, ResidentMax);
        }
        finally
        {
            agent.Kill();
            await agent.WaitForExitAsync();
        }
    }

    /// <summary>The same when it took a snapshot of all of them a while ago: what that needed is given back.</summary>
    private async Task MeasureAfterSnapshotAsync()
    {
        DirectoryInfo data = Directory.CreateTempSubdirectory("sideeye-bench-");
        try
        {
            await using ServedAgent served =
                await ServedAgent.StartAsync([SideEyeCommand.ExecutablePath], data.FullName);
            using HttpClient http = new();
            using StringContent all = new("{}", null, "application/json");
            Samples took = new(), most = new(), then = new();
            long begun = Stopwatch.GetTimestamp();
            using HttpResponseMessage answer =
                await http.PostAsync(new Uri($"{served.Address}/api/v1/snapshots"), all);
            took.Add(Stopwatch.GetElapsedTime(begun).TotalNanoseconds);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
            most.Add(ResidentBytes(served.Agent.ProcessId));
            await Task.Delay(Rested);
            then.Add(ResidentBytes(served.Agent.ProcessId));
            report.Row("a first snapshot of all", took, Unit.Time);
            report.Row("resident memory right after a snapshot of all", most, Unit.Memory);
            report.Row(
                FormattableString.Invariant($"and {Rested.TotalSeconds} s later"), then, Unit.Memory, ResidentMax);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    /// <summary>User and system time of a process, in ticks: proc(5), fields 14 and 15 of stat.</summary>
    private static long Ticks(int pid)
    {
        string text = File.ReadAllText($"/proc/{pid}/stat");
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static double ResidentBytes(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/status")
            .First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
    }
}
