using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol;
using SideEye.Protocol.Agent;
using SideEye.Store.Derivation;

namespace SideEye.ControlPlane.Capturing;

/// <summary>
/// Takes snapshots over many agents in two phases: all prepare, then all freeze at one moment; then their rows come
/// into one file.
/// </summary>
/// <param name="links">The ways to the agents.</param>
/// <param name="names">Names for processes.</param>
/// <param name="limits">What a snapshot may take.</param>
/// <param name="time">Our clock.</param>
public sealed class SnapshotTaker(
    IAgentLinks links, IProcessNames names, CapturingLimits limits, TimeProvider time) : ISnapshotTaker
{
    /// <inheritdoc/>
    public async Task<TakenSnapshot> TakeAsync(CaptureOrder order, string path, CancellationToken stop)
    {
        long start = time.GetTimestamp();
        IReadOnlyList<AgentLink> meant = Meant(order);
        using SnapshotAssembly assembly = new(path);
        AgentCall[] calls =
        [
            .. meant.Select((link, number) => new AgentCall(
                link, assembly.RowsOf(number, isOnly: meant.Count == 1, limits), limits, stop)),
        ];
        try
        {
            await Task.WhenAll(calls.Select(call => call.PrepareAsync(order, time))).ConfigureAwait(false);
            await assembly.Begun.ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            await FireAsync(calls, assembly).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            foreach (AgentCall call in calls)
                Join(call, assembly);
            return Complete(order, path, calls, assembly, start, stop);
        }
        finally
        {
            foreach (AgentCall call in calls)
                call.Dispose();
        }
    }

    private IReadOnlyList<AgentLink> Meant(CaptureOrder order)
    {
        IReadOnlyList<AgentLink> all = links.Links;
        if (all.Count == 0)
        {
            throw new CaptureException("no agents are configured: start sideeye-agent on the hosts of the service, and "
                + "tell the control plane where they are (--agent, --agent-dns or --agent-file)");
        }
        IReadOnlyList<AgentLink> meant = order.Agents.Count == 0
            ? all : [.. all.Where(link => order.Agents.Contains(link.Address, StringComparer.Ordinal))];
        if (meant.Count == 0)
        {
            throw new CaptureException(
                $"none of the {all.Count} agents is {string.Join(" or ", order.Agents)}", null,
                CaptureError.NoSuchAgent);
        }
        return meant.Count <= limits.AgentsMax
            ? meant
            : throw new CaptureException($"{meant.Count} agents are meant, more than {limits.AgentsMax} at once");
    }

    /// <summary>Each agent waits as much longer as it is nearer than the farthest, so that all freeze at one moment.
    /// </summary>
    private static Task FireAsync(AgentCall[] calls, SnapshotAssembly assembly)
    {
        AgentCall[] ready = [.. calls.Where(static call => call.Prepared?.Processes.Count > 0)];
        if (ready.Length == 0)
            return Task.CompletedTask;
        TimeSpan farthest = ready.Max(static call => call.Clock!.RoundTrip);
        return Task.WhenAll(ready.Select(
            call => call.FireAsync((farthest - call.Clock!.RoundTrip) / 2, assembly)));
    }

    private void Join(AgentCall call, SnapshotAssembly assembly)
    {
        if (call.Trailer is not null)
        {
            try
            {
                call.Rows.Join();
                assembly.Place(call.Rows.FirstProcessId, limits.ProcessesPerAgentMax, call.Address, call.Clock!);
                assembly.Name(call.Address, call.Clock!.Host, call.Prepared!, names);
            }
            catch (AgentFailedException e)
            {
                call.Fail($"{call.Address}: {e.Message}");
            }
        }
        if (call.Trailer is null)
            call.Rows.Discard();
        if (call.Error is string error)
            assembly.AddFailure(call.Rows.FirstProcessId, call.Address, call.Clock, error);
    }

    private TakenSnapshot Complete(
        CaptureOrder order, string path, AgentCall[] calls, SnapshotAssembly assembly, long start,
        CancellationToken stop)
    {
        AgentOutcome[] outcomes = [.. calls.Select(OutcomeOf)];
        if (outcomes.All(static one => one.Captured == 0))
            throw new CaptureException(WhyNothing(order, calls));
        assembly.ComputeSkew();
        DateTimeOffset capturedAt = assembly.FirstFrozen() ?? time.GetUtcNow();
        string? error = ErrorOf(outcomes);
        bool isTruncated = assembly.IsTruncated();
        assembly.AddSnapshot(order, capturedAt, time.GetElapsedTime(start), error);
        DerivationOutcome derived = assembly.Complete(order, stop);
        return new TakenSnapshot
        {
            SnapshotId = order.SnapshotId,
            CapturedAt = capturedAt,
            Duration = time.GetElapsedTime(start),
            FileBytes = new FileInfo(path).Length,
            SpecHash = order.Spec.Merged.Hash,
            Agents = outcomes,
            IsTruncated = isTruncated,
            Error = error,
            Warnings =
            [
                .. calls.SelectMany(static call => call.Trailer?.Warnings ?? []).Distinct()
                    .Concat(calls.Select(ClockWarning).OfType<string>())
                    .Concat(derived.Errors.Select(static one => $"{one.Table}: {one.Message}"))
                    .Take(limits.WarningsMax),
            ],
        };
    }

    private static AgentOutcome OutcomeOf(AgentCall call)
    {
        CapturedProcess[] processes = [.. call.Trailer?.Processes ?? []];
        int captured = processes.Count(static one => one.FrozenUnixNs != 0);
        return new AgentOutcome(
            call.Address, call.Clock?.Host, captured, processes.Length - captured,
            processes.Sum(static one => (long)one.Goroutines),
            UnixTime.Span(processes.Select(static one => one.PauseNs).DefaultIfEmpty().Max()),
            processes.Sum(static one => one.CapturedBytes), call.Error);
    }

    private static string? ErrorOf(AgentOutcome[] outcomes)
    {
        string[] failed = [.. outcomes.Select(static one => one.Error).OfType<string>()];
        int processes = outcomes.Sum(static one => one.Failed);
        string ofProcesses = processes == 0 ? "" : $"{processes} processes were not captured (see processes.error)";
        if (failed.Length == 0)
            return ofProcesses.Length == 0 ? null : ofProcesses;
        string text = $"{failed.Length} of {outcomes.Length} agents failed: {string.Join("; ", failed.Take(3))}";
        return ofProcesses.Length == 0 ? text : $"{text}; {ofProcesses}";
    }

    private static string WhyNothing(CaptureOrder order, AgentCall[] calls)
    {
        string[] errors =
        [
            .. calls.Select(static call => call.Error).OfType<string>()
                .Concat(calls.SelectMany(static call => call.Trailer?.Processes ?? [])
                    .Select(static one => one.Error).Where(static text => text.Length > 0))
                .Distinct().Take(5),
        ];
        if (errors.Length > 0)
            return $"nothing was captured: {string.Join("; ", errors)}";
        string meant = (order.Program, order.Environment) switch
        {
            (null, null) => "is watched: are Go processes running there?",
            (string program, null) => $"is of program {program}: look at the programs of the spec",
            (null, string environment) => $"is of environment {environment}",
            (string program, string environment) => $"is of program {program} in environment {environment}",
        };
        string agents = calls.Length == 1 ? "1 agent" : $"{calls.Length} agents";
        return $"nothing was captured: {agents} answered, and no process {meant}";
    }

    private static string? ClockWarning(AgentCall call) =>
        call.Clock is { } clock && clock.Offset.Duration() > ProtocolLimits.Default.ClockOffsetMax
            ? $"{call.Address}: its clock is {clock.Offset.TotalSeconds:0.0} s off ours; times in its rows are its own"
            : null;
}
