using SideEye.Benchmarks;
using SideEye.Testing;

// SideEye.Benchmarks [--quick] [--no-delve] [--only goroutines|captures|agent|panels|completion]: what a snapshot costs
// the target and us, beside what others cost.
// Exit code 0 unless something failed to run; figures over their expectation are marked, they do not fail the run.
if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine("usage: " + BenchOptions.Usage);
    return 2;
}

if (!Environment.IsPrivilegedProcess)
{
    Console.Error.WriteLine("bench: freezing other processes takes root: sudo make bench");
    return 1;
}

if (!File.Exists(SideEyeCommand.ExecutablePath))
{
    Console.Error.WriteLine($"bench: {SideEyeCommand.ExecutablePath} is missing; make build makes it");
    return 1;
}

bool comparesDelve = options.WithDelve && (options.Sizes.Count > 0 || options.Captures is not null);
string? delve = comparesDelve ? await Toolchains.DelveAsync() : null;
Report report = new(Console.Out);
report.Write(Machine.Describe());
report.Write($"target: tests/targets/swarm, Go {Toolchains.Newest}, parked goroutines of depth {SizeBenchmark.Depth}; "
    + "expectations are those of an idle machine of this size and are held against the median");
foreach (BenchSize size in options.Sizes)
{
    SizeBenchmark benchmark = new(size, delve, report);
    await benchmark.RunAsync();
}

if (options.Captures is { } captures)
    await new CaptureBenchmark(captures, delve, report).RunAsync();

if (options.Agent is { } watched)
    await new AgentBenchmark(watched, report).RunAsync();

if (options.PanelRuns > 0)
    await new PanelBenchmark(options.PanelRuns, report).RunAsync();

if (options.CompletionRuns > 0)
    await new CompletionBenchmark(options.CompletionRuns, report).RunAsync();

report.Write("");
report.Write($"load average at the end: {Machine.LoadAverage}");
if (report.Over > 0)
    report.Write($"{report.Over} figures over expectation; see the load before believing them");
foreach (string failure in report.Failures)
    report.Write($"failed to run: {failure}");
return report.Failures.Count == 0 ? 0 : 1;
