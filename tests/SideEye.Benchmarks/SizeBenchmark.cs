using System.Diagnostics;
using SideEye.Testing;

namespace SideEye.Benchmarks;

/// <summary>All figures for one number of goroutines.</summary>
/// <param name="size">How many, and how often.</param>
/// <param name="delve">The debugger to compare with; null for none.</param>
/// <param name="report">Receives the rows.</param>
internal sealed class SizeBenchmark(BenchSize size, string? delve, Report report)
{
    public const int Depth = 14;

    private const double StoringNsMax = 3e9;
    private const double MemoryBytesMax = 600e6;
    private static readonly TimeSpan BaselineTime = TimeSpan.FromSeconds(1);

    private readonly PauseFigures bpf = new("bpf");
    private readonly PauseFigures vmread = new("vmread");
    private readonly Samples baseline = new();
    private readonly CommandFigures ours = new();
    private readonly CommandFigures delves = new();
    private readonly Samples delveStop = new();
    private readonly Samples debug2Stop = new();
    private readonly long begun = Stopwatch.GetTimestamp();

    /// <summary>On an idle machine with two cores: 0.8 µs a goroutine and 0.5 ms; 10,000 under 8 ms.</summary>
    private double PauseNsMax => size.Goroutines == 10_000 ? 8e6 : (size.Goroutines * 800.0) + 500e3;

    public async Task RunAsync()
    {
        report.Begin(size.Goroutines);
        await AttemptAsync("snapshots of a target with a heartbeat", MeasurePausesAsync);
        await AttemptAsync("whole commands", MeasureCommandsAsync);
        WriteRatios();
    }

    private async Task MeasurePausesAsync()
    {
        Progress("starting the target");
        using GoTarget target = await StartAsync("-heartbeat");
        Heartbeat heartbeat = new(target);
        Progress("baseline");
        await heartbeat.ListenAsync(Task.Delay(BaselineTime));
        foreach (long gap in heartbeat.Gaps)
            baseline.Add(gap);
        report.Row("undisturbed target, gap in windows of 5 ms", baseline, Unit.Time);

        for (int i = 0; i < size.Runs; i++)
        {
            Progress($"snapshot {i + 1} of {size.Runs} by each reader");
            await AttemptAsync("sideeye, reader bpf", () => MeasurePauseAsync(target, heartbeat, "bpf", bpf));
            await AttemptAsync("sideeye, reader vmread", () => MeasurePauseAsync(target, heartbeat, "vmread", vmread));
        }
        bpf.Write(report, PauseNsMax);
        vmread.Write(report, null);

        await AttemptAsync("debug=2", () => MeasureDebug2Async(target));
        if (delve is not null)
            await AttemptAsync("Delve", () => MeasureDelveAsync(target, heartbeat));
    }

    private async Task MeasurePauseAsync(GoTarget target, Heartbeat heartbeat, string reader, PauseFigures figures)
    {
        Task<SideEyeCommand> command = SideEyeCommand.TakeAsync(target.ProcessId, reader, size.Goroutines);
        await heartbeat.ListenAsync(command);
        SideEyeCommand taken = await command;
        figures.Add(taken, heartbeat.LargestBetween(taken.FrozenFrom, taken.FrozenUntil));
    }

    private async Task MeasureDebug2Async(GoTarget target)
    {
        Samples wall = new();
        for (int i = 0; i < Math.Max(3, size.OtherRuns); i++)
        {
            Progress("pprof debug=2");
            IReadOnlyList<long> answer = await target.AskNumbersAsync("debug2");
            wall.Add(answer[0]);
            debug2Stop.Add(answer[1]);
        }
        report.Heading("pprof.Lookup(\"goroutine\").WriteTo(w, 2), in the target");
        string remark = size.Goroutines == 10_000 ? "about 70 ms" : "";
        report.Row("target stopped (largest gap)", debug2Stop, Unit.Time, remark: remark);
        report.Row("call to text", wall, Unit.Time);
    }

    private async Task MeasureDelveAsync(GoTarget target, Heartbeat heartbeat)
    {
        report.Heading("dlv attach, goroutines -t (10 frames each)");
        for (int i = 0; i < size.OtherRuns; i++)
        {
            Progress($"Delve, run {i + 1} of {size.OtherRuns}");
            await heartbeat.TakeAsync();
            MeasuredRun run = await DelveCommand.GoroutinesAsync(delve!, target.ProcessId);
            delves.Memory.Add(run.PeakBytes);
            if (run.IsTimedOut)
            {
                report.Write($"    target stopped: > {DelveCommand.Patience.TotalSeconds:0} s; given up");
                break;
            }
            delveStop.Add(await heartbeat.TakeAsync());
            delves.Wall.Add(run.Wall.TotalNanoseconds);
        }
        report.Row("target stopped (largest gap)", delveStop, Unit.Time, remark: "seconds");
        report.Row("command to text", delves.Wall, Unit.Time);
        report.Row("peak memory", delves.Memory, Unit.Memory);
    }

    /// <summary>The heartbeat takes a core for itself, so the time of a whole command is taken without one.</summary>
    private async Task MeasureCommandsAsync()
    {
        Samples storing = new();
        using GoTarget target = await StartAsync();
        for (int i = 0; i < size.Runs; i++)
        {
            Progress($"command {i + 1} of {size.Runs}");
            SideEyeCommand taken = await SideEyeCommand.TakeAsync(target.ProcessId, "bpf", size.Goroutines);
            ours.Wall.Add(taken.Run.Wall.TotalNanoseconds);
            ours.Memory.Add(taken.Run.PeakBytes);
            storing.Add(taken.Storing.TotalNanoseconds);
        }
        bool isLargest = size.Goroutines == 100_000;
        report.Heading("sideeye snapshot --reader bpf, whole command, target without heartbeat");
        report.Row("command to rows in the file", ours.Wall, Unit.Time);
        report.Row("of it symbolising, storing, exit", storing, Unit.Time, isLargest ? StoringNsMax : null);
        report.Row("peak memory", ours.Memory, Unit.Memory, isLargest ? MemoryBytesMax : null);
    }

    private void WriteRatios()
    {
        report.Heading("ratios of medians");
        WriteRatio("debug=2 stops the target", debug2Stop, bpf.SeenByTarget);
        WriteRatio("Delve stops the target", delveStop, bpf.SeenByTarget);
        WriteRatio("Delve takes", delves.Wall, ours.Wall);
        WriteRatio("Delve's memory is", delves.Memory, ours.Memory);
    }

    private void WriteRatio(string label, Samples theirs, Samples ours)
    {
        if (theirs.Count > 0 && ours.Count > 0)
            report.Write($"    {label} {Report.Ratio(theirs.Median, ours.Median)} times ours");
    }

    private Task<GoTarget> StartAsync(params string[] more) => GoTarget.StartAsync(
        "swarm", Toolchains.Newest, ["-n", $"{size.Goroutines}", "-depth", $"{Depth}", .. more]);

    private async Task AttemptAsync(string what, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException or IOException)
        {
            report.Fail($"{size.Goroutines} goroutines, {what}", e.Message);
        }
    }

    private void Progress(string step) => Console.Error.WriteLine(
        $"[{Stopwatch.GetElapsedTime(begun).TotalSeconds,4:0} s] {size.Goroutines} goroutines: {step}");
}
