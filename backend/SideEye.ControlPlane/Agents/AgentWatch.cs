using System.Collections.Immutable;
using Grpc.Core;
using Grpc.Net.Client;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol;
using SideEye.Protocol.Agent;
using AgentClient = SideEye.Protocol.Agent.Agent.AgentClient;

namespace SideEye.ControlPlane.Agents;

/// <summary>Keeps one agent's stream of processes open and asks it now and then how it is.</summary>
internal sealed class AgentWatch : IAsyncDisposable
{
    private readonly GrpcChannel channel;
    private readonly FleetLimits limits;
    private readonly ISpecsInForce specs;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;
    private readonly Lock gate = new();
    private CancellationTokenSource? listening;
    private ImmutableDictionary<string, Process> processes = ImmutableDictionary<string, Process>.Empty;
    private volatile AgentState state;

    /// <summary>Begins to watch.</summary>
    public AgentWatch(
        string address, ImmutableSortedDictionary<string, string> labels, GrpcChannel channel, FleetLimits limits,
        ISpecsInForce specs, TimeProvider time)
    {
        this.channel = channel;
        this.limits = limits;
        this.specs = specs;
        this.time = time;
        Client = new AgentClient(channel);
        state = new AgentState
        {
            Address = address, Labels = labels, IsOk = false, Message = "has not answered yet",
        };
        loop = Task.Run(LoopAsync);
    }

    /// <summary>Calls the agent.</summary>
    public AgentClient Client { get; }

    /// <summary>How it is.</summary>
    public AgentState State => state;

    /// <summary>What it watches.</summary>
    public IEnumerable<FleetProcess> Processes
    {
        get
        {
            AgentState now = state;
            return Volatile.Read(ref processes).Values
                .Select(one => new FleetProcess(now.Address, now.Host ?? now.Address, one));
        }
    }

    /// <summary>The rules have changed: asks anew.</summary>
    public void Renew()
    {
        lock (gate)
            listening?.Cancel();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        channel.Dispose();
        stop.Dispose();
    }

    private async Task LoopAsync()
    {
        TimeSpan rest = limits.RestMin;
        while (!stop.IsCancellationRequested)
        {
            CancellationTokenSource one = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            lock (gate)
                listening = one;
            try
            {
                await StatusAsync(one.Token).ConfigureAwait(false);
                rest = limits.RestMin;
                // Whichever ends first ends the other.
                Task first = await Task.WhenAny(ListenAsync(one.Token), AskAsync(one.Token)).ConfigureAwait(false);
                await one.CancelAsync().ConfigureAwait(false);
                await first.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                continue;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled)
            {
                continue;
            }
            catch (RpcException e)
            {
                Fail(AgentErrors.Say(state.Address, e));
            }
            catch (InvalidDataException e)
            {
                Fail($"{state.Address}: {e.Message}");
            }
            finally
            {
                lock (gate)
                    listening = null;
                one.Dispose();
            }
            await RestAsync(rest).ConfigureAwait(false);
            rest = rest + rest < limits.RestMax ? rest + rest : limits.RestMax;
        }
    }

    private async Task RestAsync(TimeSpan rest)
    {
        // A fleet that lost its control plane does not come back in one moment.
        TimeSpan jitter = rest * (Random.Shared.NextDouble() / 2);
        await Task.Delay(rest + jitter, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AskAsync(CancellationToken end)
    {
        while (true)
        {
            await Task.Delay(limits.StatusEvery, time, end).ConfigureAwait(false);
            await StatusAsync(end).ConfigureAwait(false);
        }
    }

    private async Task StatusAsync(CancellationToken end)
    {
        DateTimeOffset before = time.GetUtcNow();
        long start = time.GetTimestamp();
        StatusResponse status = await Client.StatusAsync(
            new StatusRequest(), deadline: DateTime.UtcNow + limits.StatusMax, cancellationToken: end)
            .ConfigureAwait(false);
        TimeSpan round = time.GetElapsedTime(start);
        TimeSpan offset = UnixTime.Of(status.AgentClockUnixNs) - (before + (round / 2));
        state = state with
        {
            IsOk = true, Host = status.Host, Version = status.Version, Kernel = status.Kernel, Bpf = status.Bpf,
            ClockOffset = offset, LastAnswer = time.GetUtcNow(), Message = Words(status, offset),
            Processes = status.Processes,
        };
    }

    private static string Words(StatusResponse status, TimeSpan offset)
    {
        string text = $"{status.Processes} Go processes watched";
        if (status.Bpf is not ("yes" or ""))
            text += $"; without BPF ({status.Bpf}): pauses are longer";
        if (offset.Duration() > ProtocolLimits.Default.ClockOffsetMax)
            text += $"; its clock is {offset.TotalSeconds:0.0} s off ours: set it by NTP";
        return text;
    }

    private async Task ListenAsync(CancellationToken end)
    {
        WatchRequest request = new();
        request.Programs.AddRange(PrepareMessage.RulesOf(specs.Current));
        using AsyncServerStreamingCall<WatchResponse> call = Client.Watch(request, cancellationToken: end);
        ImmutableDictionary<string, Process> known = ImmutableDictionary<string, Process>.Empty;
        bool isWhole = false;
        while (await call.ResponseStream.MoveNext(end).ConfigureAwait(false))
        {
            WatchResponse change = call.ResponseStream.Current;
            known = known.RemoveRange(change.Exited)
                .SetItems(change.Appeared.Select(static one => KeyValuePair.Create(one.Key, one)));
            if (known.Count > limits.ProcessesMax)
                throw new InvalidDataException($"it tells of more than {limits.ProcessesMax} processes");
            isWhole |= change.IsComplete;
            // What was known before holds until the new list is whole.
            if (isWhole)
                Volatile.Write(ref processes, known);
        }
        throw new InvalidDataException("it ended its stream of processes");
    }

    private void Fail(string message)
    {
        state = state with { IsOk = false, Message = message, Processes = 0 };
        Volatile.Write(ref processes, ImmutableDictionary<string, Process>.Empty);
    }
}
