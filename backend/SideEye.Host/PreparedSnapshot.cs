using System.Collections.Immutable;
using System.Diagnostics;
using SideEye.Bpf;
using SideEye.Capture;
using SideEye.Capture.Rows;
using SideEye.Spec.Model;

namespace SideEye.Host;

/// <summary>
/// A snapshot in its phases: everything that needs no freeze is done by <see cref="Prepare"/>; then
/// <see cref="FireAsync"/> freezes the processes one right after the other, as close together as it goes; and only when
/// the last one runs again are the copied bytes decoded into rows. Disposing lets go of all that is held, at any time.
/// </summary>
public sealed class PreparedSnapshot : IDisposable
{
    private readonly CaptureLimits limits;

    private readonly IReadOnlyList<FailedProcess> failed;

    private PreparedSnapshot(
        CaptureLimits limits, ImmutableArray<PreparedProcess> processes, IReadOnlyList<FailedProcess> failed,
        int firstProcessId)
    {
        this.limits = limits;
        this.failed = failed;
        FirstFailedId = firstProcessId + processes.Length;
        Processes = processes;
    }

    /// <summary>The processes, in the order in which they were given.</summary>
    public ImmutableArray<PreparedProcess> Processes { get; }

    /// <summary>process_id of the first of those that could not be opened.</summary>
    public int FirstFailedId { get; }

    /// <summary>Compiles the spec, loads probes and allocates; nothing is stopped.</summary>
    /// <param name="targets">What to capture.</param>
    /// <param name="failed">Processes that were asked for and could not even be opened: they are numbered after the
    /// targets and get a row with the reason.</param>
    /// <param name="limits">Of the pause and of what is copied.</param>
    /// <param name="reader">What reads the memory.</param>
    /// <param name="spec">Which variables to capture.</param>
    /// <param name="programs">Compiled specs, kept by whoever takes more than one snapshot.</param>
    /// <param name="probes">Where probes stay loaded, kept by whoever takes more than one snapshot; null: they are
    /// loaded for this one.</param>
    /// <param name="firstProcessId">process_id of the first target; the others follow.</param>
    /// <param name="stop">Ends it between two processes.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static PreparedSnapshot Prepare(
        IReadOnlyList<SnapshotTarget> targets, IReadOnlyList<FailedProcess> failed, CaptureLimits limits,
        ReaderChoice reader, CaptureSpec spec, CapturePrograms programs, ProbePool? probes = null,
        int firstProcessId = 1, CancellationToken stop = default)
    {
        ImmutableArray<PreparedProcess>.Builder prepared = ImmutableArray.CreateBuilder<PreparedProcess>();
        long begun = Stopwatch.GetTimestamp();
        try
        {
            foreach (SnapshotTarget target in targets)
            {
                stop.ThrowIfCancellationRequested();
                bool isLate = prepared.Count > 0 && Stopwatch.GetElapsedTime(begun) > limits.PrepareMax;
                prepared.Add(PreparedProcess.Prepare(
                    isLate ? target with { Refusal = target.Refusal ?? TooLate(limits) } : target,
                    firstProcessId + prepared.Count, limits, spec, programs));
            }
            new ProbeSharing(probes, reader).Lend(prepared, stop);
            return new PreparedSnapshot(limits, prepared.ToImmutable(), failed, firstProcessId);
        }
        catch
        {
            foreach (PreparedProcess process in prepared)
                process.Dispose();
            throw;
        }
    }

    /// <summary>Freezes, copies and lets go, one process after the other; failures are in the outcomes.</summary>
    /// <param name="stop">Ends it between two freezes.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public async Task FireAsync(CancellationToken stop)
    {
        foreach (PreparedProcess process in Processes)
            await process.FireAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Decodes what was copied and writes every table but the snapshot's own row, which is left to whoever
    /// puts the snapshots of several hosts together.</summary>
    /// <param name="sink">Receives the tables; what it throws ends the writing.</param>
    /// <returns>How each process fared, in the order of <see cref="Processes"/>, then those that could not be opened.
    /// </returns>
    public ImmutableArray<ProcessOutcome> Write(ITableSink sink)
    {
        SnapshotWriter writer = new(sink, limits);
        ImmutableArray<ProcessOutcome> outcomes = Write(writer);
        writer.Flush();
        return outcomes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PreparedProcess process in Processes)
            process.Dispose();
    }

    private static string TooLate(CaptureLimits limits) =>
        $"not captured: getting the processes before it ready took longer than {limits.PrepareMax.TotalSeconds:0.#} s; "
        + "what is ready stays ready, so the next snapshot gets further";

    internal ImmutableArray<ProcessOutcome> Write(SnapshotWriter writer)
    {
        ImmutableArray<ProcessOutcome>.Builder outcomes = ImmutableArray.CreateBuilder<ProcessOutcome>();
        foreach (PreparedProcess process in Processes)
        {
            outcomes.Add(process.Write(writer));
            process.Dispose();
        }
        for (int i = 0; i < failed.Count; i++)
        {
            writer.WriteFailed(new ProcessFacts
            {
                ProcessId = FirstFailedId + i,
                Pid = failed[i].Pid,
                Host = failed[i].Host,
                Error = failed[i].Error,
            });
            outcomes.Add(new ProcessOutcome(failed[i].Pid, null, 0, failed[i].Error));
        }
        return outcomes.ToImmutable();
    }
}
