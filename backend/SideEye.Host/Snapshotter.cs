using System.Collections.Immutable;
using System.Diagnostics;
using SideEye.Bpf;
using SideEye.Capture;
using SideEye.Capture.Rows;
using SideEye.Probes;
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
        List<ProcessOutcome> outcomes = [];
        Attempt[] attempts = [.. processes.Select(process => new Attempt(process))];
        try
        {
            foreach (Attempt attempt in attempts)
                attempt.Prepare(limits, reader, spec, programs);
            foreach (Attempt attempt in attempts)
                await attempt.FireAsync(stop).ConfigureAwait(false);
            foreach (Attempt attempt in attempts)
                outcomes.Add(attempt.Write(writer, outcomes.Count + 1));
        }
        finally
        {
            foreach (Attempt attempt in attempts)
                attempt.Dispose();
        }
        foreach (FailedProcess process in failed)
        {
            writer.WriteFailed(new ProcessFacts
            {
                ProcessId = outcomes.Count + 1,
                Pid = process.Pid,
                Host = Environment.MachineName,
                Error = process.Error,
            });
            outcomes.Add(new ProcessOutcome(process.Pid, null, 0, process.Error));
        }
        string id = Guid.CreateVersion7(capturedAt).ToString();
        writer.Finish(new SnapshotFacts(id, capturedAt, Stopwatch.GetElapsedTime(begun))
        {
            SpecHash = spec.Hash.Length == 0 ? null : spec.Hash,
        });
        return new SnapshotOutcome(id, outcomes);
    }

    /// <summary>
    /// One process on its way through prepare, fire and write; a failure of one does not touch the others.
    /// </summary>
    private sealed class Attempt(GoProcess process) : IDisposable
    {
        private FreezePlan? plan;
        private FrozenRead? read;
        private CompiledCapture? capture;
        private string? error;

        public void Prepare(
            CaptureLimits limits, ReaderChoice reader, CaptureSpec spec, CapturePrograms programs)
        {
            try
            {
                capture = programs.For(process.Binary, spec);
                plan = FreezePlan.Prepare(process, limits, reader, capture);
            }
            catch (Exception e) when (IsOfTarget(e))
            {
                error = e.Message;
            }
        }

        public async Task FireAsync(CancellationToken stop)
        {
            if (plan is null)
                return;
            try
            {
                read = await plan.FireAsync(stop).ConfigureAwait(false);
            }
            catch (TargetException e)
            {
                error = e.Message;
            }
        }

        public ProcessOutcome Write(SnapshotWriter writer, int processId)
        {
            ProcessFacts facts = new()
            {
                ProcessId = processId,
                Pid = process.Pid,
                Host = Environment.MachineName,
                FriendlyName = process.Name,
                Executable = process.Executable,
                Binary = process.Binary,
                Error = error,
            };
            if (read is null)
            {
                writer.WriteFailed(facts);
                return new ProcessOutcome(process.Pid, null, 0, error);
            }
            int goroutines = writer.Write(new ProcessRecords
            {
                Facts = facts,
                Binary = process.Binary,
                LoadBias = process.LoadBias,
                Result = read.Result,
                Regions = [.. Enumerable.Range(0, read.RegionCount).Select(read.Region)],
                LabelFormat = NativeLayouts.LabelFormat(process.Binary),
                Clock = process.Clock,
                Capture = capture,
                CollectionEnd = process.CollectionEnd(),
                NetipV4Mark = capture is null ? null : process.NetipV4Mark(),
                ContextKeyPointers = process.PointersIn(capture?.Bound.ContextKeys.Select(static key => key.Variable)),
            });
            return new ProcessOutcome(process.Pid, read.Result, goroutines, null)
            {
                Problems = capture?.Bound.Problems ?? [],
            };
        }

        public void Dispose()
        {
            read?.Dispose();
            plan?.Dispose();
        }

        private static bool IsOfTarget(Exception e) =>
            e is TargetException or UnsupportedLayoutException or GoRuntime.RuntimeVariableNotFoundException
                or GoRuntime.UnsupportedGoVersionException or SideEye.Target.MalformedFileException;
    }
}

/// <summary>A process that was asked for and could not be opened.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="Error">Why, for people.</param>
public sealed record FailedProcess(int Pid, string Error);

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
}
