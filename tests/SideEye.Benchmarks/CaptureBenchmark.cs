using System.Diagnostics;
using System.Text;
using SideEye.Store;
using SideEye.Testing;

namespace SideEye.Benchmarks;

/// <summary>What capturing variables adds: every tenth goroutine has five of them in hand, some 2 KB.</summary>
/// <param name="size">Goroutines in all, and how often.</param>
/// <param name="delve">The debugger to compare with; null for none.</param>
/// <param name="report">Receives the rows.</param>
internal sealed class CaptureBenchmark(BenchSize size, string? delve, Report report)
{
    private const double PauseRatioMax = 2;
    private static readonly string[] Variables = ["req", "headers", "owner", "basket", "note"];
    private static readonly string Spec = Repository.PathOf("tests", "targets", "swarm", "handle.yaml");

    private readonly PauseFigures without = new("bpf");
    private readonly PauseFigures with = new("bpf");
    private readonly PauseFigures vmread = new("vmread");
    private readonly CommandFigures commandWithout = new();
    private readonly CommandFigures commandWith = new();
    private readonly Samples storingWithout = new();
    private readonly Samples storingWith = new();
    private readonly Samples delveStop = new();
    private readonly Samples delveWall = new();
    private readonly long begun = Stopwatch.GetTimestamp();
    private List<(long Goroutine, int Frame)> frames = [];

    private int Busy => size.Goroutines / 10;

    public async Task RunAsync()
    {
        report.Begin(FormattableString.Invariant(
            $"{size.Goroutines:N0} goroutines, {Busy:N0} with five captures"));
        try
        {
            await MeasurePausesAsync();
            await MeasureRowsAsync();
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException or IOException)
        {
            report.Fail("captures", e.Message);
        }
    }

    private async Task MeasurePausesAsync()
    {
        using GoTarget target = await StartAsync(Busy, "-heartbeat");
        Heartbeat heartbeat = new(target);
        for (int i = 0; i < size.Runs; i++)
        {
            Progress($"snapshot {i + 1} of {size.Runs} without and with captures");
            await MeasurePauseAsync(target, heartbeat, "bpf", null, without);
            await MeasurePauseAsync(target, heartbeat, "bpf", Spec, with);
            await MeasurePauseAsync(target, heartbeat, "vmread", Spec, vmread);
        }
        report.Heading("without captures");
        without.Write(report, null);
        report.Heading("with captures");
        with.Write(report, PauseRatioMax * without.Reported.Median, PauseRatioMax * without.SeenByTarget.Median);
        vmread.Write(report, null);
        if (delve is not null)
            await MeasureDelveAsync(target, heartbeat);
        WriteRatios();
    }

    private void WriteRatios()
    {
        report.Heading("ratios of medians");
        report.Write($"    the pause with captures is {Report.Ratio(with.Reported.Median, without.Reported.Median)} "
            + "times that without, as the target sees it "
            + $"{Report.Ratio(with.SeenByTarget.Median, without.SeenByTarget.Median)} times");
        if (delveStop.Count == 0)
            return;
        report.Write(
            $"    Delve stops the target {Report.Ratio(delveStop.Median, with.SeenByTarget.Median)} times as long");
    }

    private async Task MeasurePauseAsync(
        GoTarget target, Heartbeat heartbeat, string reader, string? spec, PauseFigures figures)
    {
        Task<SideEyeCommand> command = SideEyeCommand.TakeAsync(
            target.ProcessId, reader, size.Goroutines, spec, spec is null ? null : file => Look(file, Busy));
        await heartbeat.ListenAsync(command);
        SideEyeCommand taken = await command;
        figures.Add(taken, heartbeat.LargestBetween(taken.FrozenFrom, taken.FrozenUntil));
    }

    /// <summary>Every variable of every handler has to be there: what is missing costs nothing.</summary>
    private void Look(SnapshotReader file, int busy)
    {
        string present = string.Join(" AND ", Variables.Select(name => $"{name} IS NOT NULL"));
        using QueryResult result = file.Query(
            $"SELECT goroutine_id, frame_index FROM handle WHERE {present}", QueryLimits.None, default);
        frames = [];
        while (result.Read())
            frames.Add((result.GetInt64(0), (int)result.GetInt64(1)));
        if (frames.Count != busy)
            throw new InvalidOperationException($"{frames.Count} of {busy} handlers were captured whole");
    }

    private async Task MeasureDelveAsync(GoTarget target, Heartbeat heartbeat)
    {
        StringBuilder commands = new();
        foreach ((long goroutine, int frame) in frames)
        {
            foreach (string variable in Variables)
                commands.Append(FormattableString.Invariant($"goroutine {goroutine} frame {frame} print {variable}\n"));
        }
        report.Heading($"dlv attach, print the same {frames.Count * Variables.Length} variables");
        Progress("Delve");
        await heartbeat.TakeAsync();
        MeasuredRun run = await DelveCommand.RunAsync(delve!, target.ProcessId, commands.ToString(), "note ");
        if (run.IsTimedOut)
        {
            report.Write($"    target stopped: > {DelveCommand.Patience.TotalSeconds:0} s; given up");
            return;
        }
        delveStop.Add(await heartbeat.TakeAsync());
        delveWall.Add(run.Wall.TotalNanoseconds);
        report.Row("target stopped (largest gap)", delveStop, Unit.Time, remark: "seconds");
        report.Row("command to text", delveWall, Unit.Time);
    }

    /// <summary>Decoding and storing, where every goroutine is a row.</summary>
    private async Task MeasureRowsAsync()
    {
        using GoTarget target = await StartAsync(size.Goroutines);
        for (int i = 0; i < size.Runs; i++)
        {
            Progress($"command {i + 1} of {size.Runs}, every goroutine with captures");
            await MeasureCommandAsync(target, null, commandWithout, storingWithout);
            await MeasureCommandAsync(target, Spec, commandWith, storingWith);
        }
        report.Heading("every goroutine with captures, target without heartbeat");
        report.Row("command to rows, without captures", commandWithout.Wall, Unit.Time);
        report.Row("command to rows, with captures", commandWith.Wall, Unit.Time);
        report.Row("of it symbolising, storing, exit", storingWith, Unit.Time);
        report.Row("peak memory", commandWith.Memory, Unit.Memory);
        double seconds = (storingWith.Median - storingWithout.Median) / 1e9;
        string theirs = delveWall.Count == 0
            ? "" : FormattableString.Invariant($"; Delve prints {Busy / (delveWall.Median / 1e9):N0} a second");
        report.Write(FormattableString.Invariant(
            $"    rows of five captures decoded and stored: {size.Goroutines / seconds:N0} a second{theirs}"));
    }

    private async Task MeasureCommandAsync(
        GoTarget target, string? spec, CommandFigures figures, Samples storing)
    {
        SideEyeCommand taken = await SideEyeCommand.TakeAsync(
            target.ProcessId, "bpf", size.Goroutines, spec, spec is null ? null : file => Look(file, size.Goroutines));
        figures.Wall.Add(taken.Run.Wall.TotalNanoseconds);
        figures.Memory.Add(taken.Run.PeakBytes);
        storing.Add(taken.Storing.TotalNanoseconds);
    }

    private Task<GoTarget> StartAsync(int busy, params string[] more) => GoTarget.StartAsync(
        "swarm", Toolchains.Newest,
        ["-n", $"{size.Goroutines}", "-busy", $"{busy}", "-depth", $"{SizeBenchmark.Depth}", .. more]);

    private void Progress(string step) => Console.Error.WriteLine(
        $"[{Stopwatch.GetElapsedTime(begun).TotalSeconds,4:0} s] captures: {step}");
}
