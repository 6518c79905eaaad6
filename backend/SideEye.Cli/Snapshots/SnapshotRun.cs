using System.Globalization;
using SideEye.Tables;
using SideEye.ControlPlane.Capturing;
using SideEye.Host;
using SideEye.Probes.Binding;
using SideEye.Store;
using SideEye.Store.Derivation;

namespace SideEye.Cli.Snapshots;

/// <summary>From frozen processes to a snapshot file.</summary>
internal static class SnapshotRun
{
    public static async Task<SnapshotReport> TakeAsync(
        SnapshotOptions options, IReadOnlyList<GoProcess> processes, IReadOnlyList<FailedProcess> failed,
        CancellationToken stop)
    {
        string path = options.File ?? DefaultName();
        SnapshotOutcome outcome;
        using (SnapshotFile file = SnapshotFile.Create(path))
        {
            FileSink sink = FileSink.Of(file);
            CapturePrograms programs = new(IndexFiles.Default);
            outcome = await new Snapshotter(options.Limits, options.Reader, options.Spec, programs)
                .TakeAsync(processes, failed, sink, stop).ConfigureAwait(false);
            if (outcome.Processes.All(process => process.Result is null))
                throw new CommandFailedException(outcome.Processes[0].Error ?? "nothing was captured");
            WarnOf(outcome);
            file.Execute(SnapshotSchema.Views);
            file.Derive(SpecDerivations.Of(options.Spec), DerivationLimits.Default, stop);
            file.Commit();
        }
        return new SnapshotReport(path, outcome, options.Reader);
    }

    /// <summary>What of the spec does not fit a binary; the rest was captured.</summary>
    private static void WarnOf(SnapshotOutcome outcome)
    {
        foreach (BindProblem problem in outcome.Processes.SelectMany(static process => process.Problems).Distinct())
            Console.Error.WriteLine($"sideeye: {problem}");
    }

    private static string DefaultName() =>
        "sideeye-" + DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture) + ".duckdb";
}
