using System.Text.Json;
using SideEye.Store;
using SideEye.Testing;

namespace SideEye.Benchmarks;

/// <summary>A snapshot taken by the command line as a person would take it.</summary>
/// <param name="Run">The process.</param>
/// <param name="FrozenAt">When all threads stood still.</param>
/// <param name="PauseNs">The pause, by our own clock.</param>
/// <param name="Reader">Who copied; bpf gives up in favour of vmread when no worker gets a core.</param>
/// <param name="Parts">Nanoseconds of the pause by part, named as in the JSON.</param>
internal sealed record SideEyeCommand(
    MeasuredRun Run, DateTime FrozenAt, long PauseNs, string Reader, IReadOnlyDictionary<string, long> Parts)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What the pause consists of; the trigger is the first part of read.</summary>
    public static IReadOnlyList<string> PartNames { get; } = ["stop", "read", "trigger", "follow", "resume"];

    public static string ExecutablePath { get; } = Repository.PathOf("out", "bin", "sideeye");

    public DateTime FrozenFrom => FrozenAt - Nanoseconds(Parts["stop"]);

    public DateTime FrozenUntil => FrozenFrom + Nanoseconds(PauseNs);

    /// <summary>From the end of the pause until the file is complete and the command gone.</summary>
    public TimeSpan Storing => Run.Ended - FrozenUntil;

    /// <summary>Takes a snapshot into a temporary file.</summary>
    /// <param name="pid">Whose.</param>
    /// <param name="reader">What copies.</param>
    /// <param name="goroutines">At least so many there have to be.</param>
    /// <param name="spec">What to capture; null for nothing.</param>
    /// <param name="look">Sees the finished file.</param>
    /// <exception cref="InvalidOperationException">It failed, or is not whole.</exception>
    public static async Task<SideEyeCommand> TakeAsync(
        int pid, string reader, int goroutines, string? spec = null, Action<SnapshotReader>? look = null)
    {
        string file = Path.Combine(Path.GetTempPath(), $"sideeye-bench-{Environment.ProcessId}.duckdb");
        try
        {
            string[] arguments =
                [
                    // The expectations are about goroutines and stacks alone.
                    "snapshot", "--no-packs", "--pid", $"{pid}", "--reader", reader, "--pause-max", "5000", "--out",
                    file, "--json", .. spec is null ? Array.Empty<string>() : ["--spec", spec],
                ];
            MeasuredRun run = await MeasuredRun.TakeAsync(ExecutablePath, arguments, "", Patience);
            if (run.ExitCode != 0)
                throw new InvalidOperationException($"sideeye snapshot --reader {reader}: {run.Errors.Trim()}");
            return Read(run, file, goroutines, look);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static SideEyeCommand Read(
        MeasuredRun run, string file, int goroutines, Action<SnapshotReader>? look)
    {
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement process = json.RootElement.GetProperty("processes")[0];
        using SnapshotReader rows = SnapshotReader.Open(file);
        using QueryResult result = rows.Query(
            "SELECT captured_at, (SELECT count(*) FROM goroutines) FROM processes", QueryLimits.None, default);
        if (!result.Read() || result.GetInt64(1) < goroutines || process.GetProperty("truncated").GetBoolean())
            throw new InvalidOperationException("the snapshot is not whole: " + run.Output.Trim());
        look?.Invoke(rows);
        return new SideEyeCommand(
            run, result.GetTime(0), process.GetProperty("pause_ns").GetInt64(),
            process.GetProperty("reader").GetString()!,
            PartNames.ToDictionary(name => name, name => process.GetProperty(name + "_ns").GetInt64()));
    }

    private static TimeSpan Nanoseconds(long ns) => TimeSpan.FromTicks(ns / TimeSpan.NanosecondsPerTick);
}
