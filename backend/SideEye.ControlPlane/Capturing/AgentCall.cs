using Grpc.Core;
using SideEye.ControlPlane.Agents;
using SideEye.Protocol.Agent;
using SnapshotStream = Grpc.Core.AsyncDuplexStreamingCall<
    SideEye.Protocol.Agent.SnapshotRequest, SideEye.Protocol.Agent.SnapshotResponse>;

namespace SideEye.ControlPlane.Capturing;

/// <summary>One agent's part in a snapshot: prepared, fired, its rows taken in. Disposal makes the agent let go.
/// </summary>
internal sealed class AgentCall : IDisposable
{
    private readonly AgentLink link;
    private readonly CapturingLimits limits;
    private readonly CancellationTokenSource stop;
    private SnapshotStream? call;

    /// <summary>A part that has not begun.</summary>
    public AgentCall(AgentLink link, AgentRows rows, CapturingLimits limits, CancellationToken stop)
    {
        this.link = link;
        this.limits = limits;
        Rows = rows;
        this.stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>The agent's address.</summary>
    public string Address => link.Address;

    /// <summary>Where its rows go.</summary>
    public AgentRows Rows { get; }

    /// <summary>Its clock; null when it did not answer.</summary>
    public AgentClock? Clock { get; private set; }

    /// <summary>What it has prepared; null when it failed before.</summary>
    public Prepared? Prepared { get; private set; }

    /// <summary>What came of its processes; null when it failed before the end.</summary>
    public Trailer? Trailer { get; private set; }

    /// <summary>Why it failed; null while it has not.</summary>
    public string? Error { get; private set; }

    /// <summary>The first phase: everything but the freeze.</summary>
    public Task PrepareAsync(CaptureOrder order, TimeProvider time) => GuardAsync(async () =>
    {
        stop.CancelAfter(link.IsOk ? limits.PrepareMax : limits.PrepareOfSilentMax);
        Clock = await AgentClock.LookAsync(link, time, limits.ClockMax, stop.Token).ConfigureAwait(false);
        call = link.Client.Snapshot(cancellationToken: stop.Token);
        await call.RequestStream.WriteAsync(
            new SnapshotRequest { Prepare = PrepareMessage.Of(order, Rows.FirstProcessId) }, stop.Token)
            .ConfigureAwait(false);
        SnapshotResponse answer = await NextAsync().ConfigureAwait(false);
        Prepared prepared = answer.Prepared ?? throw new AgentFailedException("it did not say what it has prepared");
        if (prepared.Processes.Count > limits.ProcessesPerAgentMax)
            throw new AgentFailedException($"it has more than {limits.ProcessesPerAgentMax} processes");
        Prepared = prepared;
        stop.CancelAfter(Timeout.InfiniteTimeSpan);
    });

    /// <summary>The second phase: the freeze, then rows until the trailer.</summary>
    /// <param name="delay">How long the agent shall wait after receipt.</param>
    /// <param name="assembly">Gives the turn to write.</param>
    public Task FireAsync(TimeSpan delay, SnapshotAssembly assembly) => GuardAsync(async () =>
    {
        using CancellationTokenSource whole = new(limits.RowsMax + delay);
        using CancellationTokenRegistration end = whole.Token.Register(stop.Cancel);
        await call!.RequestStream.WriteAsync(
            new SnapshotRequest { Fire = new Fire { DelayNs = UnixTime.Nanoseconds(delay) } }, stop.Token)
            .ConfigureAwait(false);
        await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        while (Trailer is null)
        {
            stop.CancelAfter(limits.SilenceMax + delay);
            SnapshotResponse response = await NextAsync().ConfigureAwait(false);
            stop.CancelAfter(Timeout.InfiniteTimeSpan);
            if (response.Batch is { } batch)
                await assembly.InTurnAsync(() => Rows.Append(batch), stop.Token).ConfigureAwait(false);
            else
                Trailer = response.Trailer ?? throw new AgentFailedException("it sent neither rows nor a trailer");
        }
    });

    /// <summary>Its processes were captured, and something is wrong with it all the same.</summary>
    public void Fail(string error)
    {
        Error ??= error;
        Trailer = null;
    }

    /// <summary>Ends the call; what the agent still holds, it lets go.</summary>
    public void Dispose()
    {
        stop.Cancel();
        call?.Dispose();
        stop.Dispose();
    }

    private async Task<SnapshotResponse> NextAsync() =>
        await call!.ResponseStream.MoveNext(stop.Token).ConfigureAwait(false)
            ? call.ResponseStream.Current
            : throw new AgentFailedException("it ended the snapshot too early");

    /// <summary>A failure is this agent's alone, unless nobody wants the snapshot any more or nobody can write it.
    /// </summary>
    private async Task GuardAsync(Func<Task> phase)
    {
        try
        {
            await phase().ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            Fail(AgentErrors.Say(Address, e));
        }
        catch (OperationCanceledException)
        {
            Fail($"{Address} did not answer in time");
        }
        catch (AgentFailedException e)
        {
            Fail($"{Address}: {e.Message}");
        }
    }
}
