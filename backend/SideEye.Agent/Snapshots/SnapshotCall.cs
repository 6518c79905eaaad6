using Grpc.Core;
using SideEye.Agent.Options;
using SideEye.Agent.Serving;
using SideEye.Agent.Watching;
using SideEye.Bpf;
using SideEye.Capture;
using SideEye.Host;
using SideEye.Protocol.Agent;
using SideEye.Spec.Model;
using PreparedProcess = SideEye.Protocol.Agent.PreparedProcess;

namespace SideEye.Agent.Snapshots;

/// <summary>
/// One snapshot for a caller: prepare, answer, wait for the word, freeze, stream rows. Wherever it ends, everything is
/// let go of.
/// </summary>
internal sealed partial class SnapshotCall(
    AgentOptions options, ProcessTable table, BinaryCache binaries, CapturePrograms programs, ProbePool probes,
    AgentMetrics metrics, QuietMemory memory, TimeProvider time, ILogger<SnapshotCall> log)
{
    private int underWay;

    /// <summary>Serves one call.</summary>
    /// <exception cref="RpcException">The caller did what the protocol does not say, or sent something malformed.
    /// </exception>
    public async Task RunAsync(
        IAsyncStreamReader<SnapshotRequest> requests, IServerStreamWriter<SnapshotResponse> responses,
        CancellationToken caller)
    {
        if (Interlocked.Increment(ref underWay) > options.Limits.SnapshotsMax)
        {
            Interlocked.Decrement(ref underWay);
            throw new RpcException(new Status(StatusCode.ResourceExhausted,
                $"{options.Limits.SnapshotsMax} snapshots are under way at this agent already: try again later"));
        }
        try
        {
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(caller);
            await RunInPlaceAsync(requests, responses, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded,
                $"the caller was silent for {options.Limits.CallerPatience.TotalSeconds:0} s: "
                + "the snapshot was let go"));
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
            memory.Used();
        }
    }

    private async Task RunInPlaceAsync(
        IAsyncStreamReader<SnapshotRequest> requests, IServerStreamWriter<SnapshotResponse> responses,
        CancellationTokenSource stop)
    {
        Prepare prepare = (await NextAsync(requests, "Prepare", stop).ConfigureAwait(false)).Prepare
            ?? throw Unexpected("Prepare");
        await table.FirstLook.WaitAsync(stop.Token).ConfigureAwait(false);
        CaptureSpec spec = SpecDocuments.ReadGood(prepare.Spec, !prepare.WithoutPacks, options.Limits);
        ProcessLabels labels = new(ProgramRules.Compile(prepare.Programs, options.Limits), options);
        CaptureLimits limits = LimitsOf(prepare);
        using IDisposable holding = binaries.Hold();
        using SnapshotSelection selection = SnapshotSelection.Of(
            prepare.Selection, table.Processes.Values, labels, limits, options.Limits);
        metrics.Refused(selection.Refused);
        using PreparedSnapshot snapshot = await Task.Run(
            () => PreparedSnapshot.Prepare(
                [.. selection.Targets.Select(static one => one.Target)],
                [.. selection.Failures.Select(static one => one.Failure)],
                limits, ReaderOf(prepare.Reader), spec, programs, probes, Math.Max(prepare.FirstProcessId, 1),
                stop.Token),
            stop.Token).ConfigureAwait(false);
        await SendAsync(responses, new SnapshotResponse { Prepared = Answer(snapshot, selection, labels) }, stop)
            .ConfigureAwait(false);
        Fire fire = (await NextAsync(requests, "Fire", stop).ConfigureAwait(false)).Fire ?? throw Unexpected("Fire");
        await DelayAsync(fire, stop.Token).ConfigureAwait(false);
        try
        {
            await Task.Run(() => snapshot.FireAsync(stop.Token), stop.Token).ConfigureAwait(false);
        }
        finally
        {
            Charge(snapshot, selection);
        }
        IReadOnlyList<ProcessOutcome> outcomes = await StreamAsync(snapshot, responses, stop).ConfigureAwait(false);
        Trailer trailer = TrailerOf(outcomes, Math.Max(prepare.FirstProcessId, 1));
        await SendAsync(responses, new SnapshotResponse { Trailer = trailer }, stop).ConfigureAwait(false);
        Audit(prepare, trailer);
    }

    private async Task<SnapshotRequest> NextAsync(
        IAsyncStreamReader<SnapshotRequest> requests, string what, CancellationTokenSource stop)
    {
        stop.CancelAfter(options.Limits.CallerPatience);
        bool isThere = await requests.MoveNext(stop.Token).ConfigureAwait(false);
        stop.CancelAfter(Timeout.InfiniteTimeSpan);
        if (isThere)
            return requests.Current;
        if (what == "Fire")
            throw new RpcException(new Status(StatusCode.Cancelled, "the caller ended the call before Fire"));
        throw Unexpected(what);
    }

    private async Task SendAsync(
        IServerStreamWriter<SnapshotResponse> responses, SnapshotResponse response, CancellationTokenSource stop)
    {
        stop.CancelAfter(options.Limits.CallerPatience);
        await responses.WriteAsync(response, stop.Token).ConfigureAwait(false);
        stop.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    private async Task<IReadOnlyList<ProcessOutcome>> StreamAsync(
        PreparedSnapshot snapshot, IServerStreamWriter<SnapshotResponse> responses, CancellationTokenSource stop)
    {
        using BatchSink sink = new(options.Limits.BatchesWaitingMax, stop.Token);
        Task<IReadOnlyList<ProcessOutcome>> writing = Task.Factory.StartNew(
            () => Decode(snapshot, sink), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            await foreach (Batch batch in sink.MessagesAsync().ConfigureAwait(false))
                await SendAsync(responses, new SnapshotResponse { Batch = batch }, stop).ConfigureAwait(false);
        }
        catch
        {
            // Only then: after the last message the decoder may still be on its way out, and the trailer is to come.
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            // What the decoder reads is let go of only when it has ended.
            await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return await writing.ConfigureAwait(false);
    }

    private static IReadOnlyList<ProcessOutcome> Decode(PreparedSnapshot snapshot, BatchSink sink)
    {
        try
        {
            IReadOnlyList<ProcessOutcome> outcomes = snapshot.Write(sink);
            sink.Complete(null);
            return outcomes;
        }
        catch (Exception e)
        {
            sink.Complete(e);
            throw;
        }
    }

    private async Task DelayAsync(Fire fire, CancellationToken stop)
    {
        TimeSpan delay = TimeSpan.FromTicks(fire.DelayNs / TimeSpan.NanosecondsPerTick);
        if (delay < TimeSpan.Zero || delay > options.Limits.FireDelayMax)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument,
                $"delay_ns is {fire.DelayNs}: it must be between 0 and "
                + $"{options.Limits.FireDelayMax.TotalSeconds:0} s"));
        }
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, time, stop).ConfigureAwait(false);
    }

    private void Charge(PreparedSnapshot snapshot, SnapshotSelection selection)
    {
        for (int i = 0; i < selection.Targets.Count; i++)
        {
            TimeSpan pause = snapshot.Processes[i].PauseSpent;
            if (pause <= TimeSpan.Zero)
                continue;
            selection.Targets[i].Process.Budget.Charge(pause);
            metrics.Paused(pause);
        }
    }

    private Prepared Answer(PreparedSnapshot snapshot, SnapshotSelection selection, ProcessLabels labels)
    {
        Prepared prepared = new();
        int next = 0;
        foreach (Host.PreparedProcess process in snapshot.Processes)
        {
            prepared.Processes.Add(new PreparedProcess
            {
                Process = labels.Message(selection.Targets[next++].Process.Found),
                ProcessId = process.ProcessId,
                Error = process.Error ?? "",
            });
        }
        int firstId = snapshot.FirstFailedId;
        foreach ((WatchedProcess? process, FailedProcess failure) in selection.Failures)
        {
            prepared.Processes.Add(new PreparedProcess
            {
                Process = process is null ? new Process { Pid = failure.Pid } : labels.Message(process.Found),
                ProcessId = firstId++,
                Error = failure.Error,
            });
        }
        prepared.AgentClockUnixNs = UnixNs(time.GetUtcNow());
        return prepared;
    }

    private Trailer TrailerOf(IReadOnlyList<ProcessOutcome> outcomes, int firstId)
    {
        Trailer trailer = new() { AgentClockUnixNs = UnixNs(time.GetUtcNow()) };
        foreach (ProcessOutcome outcome in outcomes)
        {
            trailer.Processes.Add(new CapturedProcess
            {
                ProcessId = firstId++,
                FrozenUnixNs = (long)(outcome.Result?.RealtimeNs ?? 0),
                PauseNs = (long)(outcome.Result?.PauseNs ?? 0),
                Goroutines = outcome.Goroutines,
                CapturedBytes = (long)(outcome.Result?.CapturedBytes ?? 0),
                Truncated = outcome.Truncation ?? "",
                Error = outcome.Error ?? "",
            });
        }
        trailer.Warnings.AddRange(outcomes.SelectMany(static one => one.Problems)
            .Select(static problem => problem.ToString()).Distinct().Take(options.Limits.WarningsMax));
        return trailer;
    }

    private CaptureLimits LimitsOf(Prepare prepare)
    {
        CaptureLimits own = options.Capture;
        TimeSpan pause = TimeSpan.FromTicks(prepare.PauseMaxNs / TimeSpan.NanosecondsPerTick);
        return own with
        {
            PauseMax = pause > TimeSpan.Zero && pause < own.PauseMax ? pause : own.PauseMax,
            OutputBytesMax = prepare.BytesMax > 0 && prepare.BytesMax < own.OutputBytesMax
                ? prepare.BytesMax : own.OutputBytesMax,
            PrepareMax = options.Limits.PrepareMax,
        };
    }

    private ReaderChoice ReaderOf(string reader) => reader switch
    {
        "" => options.Reader,
        "bpf" => ReaderChoice.Bpf,
        "vmread" => ReaderChoice.VmRead,
        _ => throw new RpcException(new Status(
            StatusCode.InvalidArgument, "reader must be bpf, vmread, or empty for the agent's choice")),
    };

    private void Audit(Prepare prepare, Trailer trailer)
    {
        long pause = trailer.Processes.Sum(static one => one.PauseNs);
        long bytes = trailer.Processes.Sum(static one => one.CapturedBytes);
        int captured = trailer.Processes.Count(static one => one.FrozenUnixNs != 0);
        metrics.Taken(bytes);
        int failed = trailer.Processes.Count - captured;
        string id = Shown(prepare.SnapshotId);
        string caller = Shown(prepare.RequestedBy);
        Captured(id, caller, captured, failed, pause, bytes);
    }

    /// <summary>A caller's text in a log line.</summary>
    private static string Shown(string text)
    {
        const int charactersMax = 200;
        return text.Length <= charactersMax ? text : text[..charactersMax] + "...";
    }

    private static long UnixNs(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private static RpcException Unexpected(string wanted) => new(new Status(
        StatusCode.InvalidArgument, $"a snapshot is Prepare, then Fire: {wanted} was expected here"));

    [LoggerMessage(Level = LogLevel.Information, Message = "Snapshot {SnapshotId} for {RequestedBy}: {Processes} "
        + "processes captured, {Failed} failed, pauses {PauseNs} ns, {Bytes} bytes")]
    private partial void Captured(
        string snapshotId, string requestedBy, int processes, int failed, long pauseNs, long bytes);
}
