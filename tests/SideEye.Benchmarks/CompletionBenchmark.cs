using SideEye.Testing;

namespace SideEye.Benchmarks;

/// <summary>What an editor asks while one types a spec: functions and variables of a program that was looked into
/// before.</summary>
/// <param name="runs">How often each is measured.</param>
/// <param name="report">Receives the rows.</param>
internal sealed class CompletionBenchmark(int runs, Report report)
{
    private const double AnswerMax = 100e6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task RunAsync()
    {
        report.Begin("completion, of etcd");
        try
        {
            string etcd = await Etcd.BuildAsync(CancellationToken.None);
            await RowAsync("functions ETCD ServeHTTP", "functions", etcd, "ServeHTTP", "--json");
            await RowAsync(
                "variables ETCD net/http.(*conn).serve", "variables", etcd, "net/http.(*conn).serve", "--json");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            report.Fail("completion", e.Message);
        }
    }

    private async Task RowAsync(string label, params string[] arguments)
    {
        Samples wall = new(), peak = new();
        for (int run = 0; run <= runs; run++)
        {
            MeasuredRun taken =
                await MeasuredRun.TakeAsync(SideEyeCommand.ExecutablePath, arguments, "", Patience);
            if (taken.ExitCode != 0)
                throw new InvalidOperationException($"{label}: {taken.Errors.Trim()}");
            if (run == 0)
                continue; // may have to make the index
            wall.Add(taken.Wall.TotalNanoseconds);
            peak.Add(taken.PeakBytes);
        }

        report.Row(label, wall, Unit.Time, AnswerMax);
        report.Row("peak memory, mapped files included", peak, Unit.Memory);
    }
}
