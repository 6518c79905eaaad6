using System.Collections.Immutable;
using System.Diagnostics;
using SideEye.Capture;
using SideEye.Capture.Rows;
using SideEye.Probes.Binding;
using SideEye.Spec.Model;
using SideEye.Target.Native;

namespace SideEye.Host;

/// <summary>
/// Takes a snapshot of processes of this host. First everything is prepared, then the processes are frozen one right
/// after the other, and only when the last one runs again are the copied bytes decoded into rows.
/// </summary>
/// <param name="limits">Of the pause and of what is copied.</param>
/// <param name="reader">What reads the memory.</param>
/// <param name="spec">Which variables to capture.</param>
/// <param name="programs">Compiled specs, kept by whoever takes more than one snapshot.</param>
public sealed class Snapshotter(
    CaptureLimits limits, ReaderChoice reader, CaptureSpec spec, CapturePrograms programs)
{
    /// <summary>Takes the snapshot and writes its tables.</summary>
    /// <param name="processes">What to capture; opened before.</param>
    /// <param name="failed">Processes that were asked for and could not even be opened: they get a row with the
    /// reason.</param>
    /// <param name="sink">Receives the tables.</param>
    /// <param name="stop">Ends it between two freezes.</param>
    /// <returns>How each process fared, in the order of <paramref name="processes"/>.</returns>
    public async Task<SnapshotOutcome> TakeAsync(
        IReadOnlyList<GoProcess> processes, IReadOnlyList<FailedProcess> failed, ITableSink sink,
        CancellationToken stop)
    {
        long begun = Stopwatch.GetTimestamp();
        DateTimeOffset capturedAt = DateTimeOffset.UtcNow;
        SnapshotWriter writer = new(sink, limits);
        using PreparedSnapshot prepared = PreparedSnapshot.Prepare(
            [.. processes.Select(static process => new SnapshotTarget(process))], failed, limits, reader, spec,
            programs, stop: stop);
        await prepared.FireAsync(stop).ConfigureAwait(false);
        ImmutableArray<ProcessOutcome> outcomes = prepared.Write(writer);
        string id = Guid.CreateVersion7(capturedAt).ToString();
        writer.Finish(new SnapshotFacts(id, capturedAt, Stopwatch.GetElapsedTime(begun))
        {
            SpecHash = spec.Hash.Length == 0 ? null : spec.Hash,
        });
        return new SnapshotOutcome(id, outcomes);
    }
}

/// <summary>A process that was asked for and could not be opened.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="Error">Why, for people.</param>
public sealed record FailedProcess(int Pid, string Error)
{
    /// <summary>Name of its host.</summary>
    public string Host { get; init; } = Environment.MachineName;
}

/// <summary>A snapshot that was taken.</summary>
/// <param name="SnapshotId">Its identity.</param>
/// <param name="Processes">How each process fared.</param>
public sealed record SnapshotOutcome(string SnapshotId, IReadOnlyList<ProcessOutcome> Processes);

/// <summary>How one process fared.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="Result">Counts and times of its freeze; null when it failed.</param>
/// <param name="Goroutines">Rows written.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record ProcessOutcome(int Pid, NativeSnapshotResult? Result, int Goroutines, string? Error)
{
    /// <summary>What of the spec does not fit the process's binary.</summary>
    public ImmutableArray<BindProblem> Problems { get; init; } = [];

    /// <summary>What cut its snapshot short; null when nothing did.</summary>
    public string? Truncation { get; init; }
}
