using System.Collections.Immutable;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.Agent;

namespace SideEye.ControlPlane.Agents;

/// <summary>All agents: found by lists, names and files, each watched.</summary>
public sealed class Fleet : IFleet, IAgentLinks, IAsyncDisposable
{
    private readonly FleetOptions options;
    private readonly ISpecsInForce specs;
    private readonly TimeProvider time;
    private readonly AgentChannels channels;
    private readonly AgentSources sources;
    private readonly CancellationTokenSource stop = new();
    private ImmutableSortedDictionary<string, AgentWatch> watches =
        ImmutableSortedDictionary.Create<string, AgentWatch>(StringComparer.Ordinal);

    private Task loop = Task.CompletedTask;

    private Fleet(FleetOptions options, ISpecsInForce specs, TimeProvider time, ILogger<Fleet> log)
    {
        this.options = options;
        this.specs = specs;
        this.time = time;
        channels = new AgentChannels(options);
        sources = new AgentSources(options, time, log);
        specs.Changed += Renew;
    }

    /// <inheritdoc/>
    public IReadOnlyList<AgentState> Agents => [.. Watches.Values.Select(static one => one.State)];

    /// <inheritdoc/>
    public IReadOnlyList<FleetProcess> Processes => [.. Watches.Values.SelectMany(static one => one.Processes)];

    /// <inheritdoc/>
    public IReadOnlyList<AgentLink> Links =>
        [.. Watches.Select(static one => new AgentLink(one.Key, one.Value.Client, one.Value.State.IsOk))];

    /// <inheritdoc/>
    public IReadOnlyList<string> Problems => sources.Problems;

    private ImmutableSortedDictionary<string, AgentWatch> Watches => Volatile.Read(ref watches);

    /// <summary>A fleet whose sources have been looked at once; its agents answer as they come.</summary>
    /// <exception cref="FleetException">A file for talking to agents cannot be used.</exception>
    public static async Task<Fleet> StartAsync(
        FleetOptions options, ISpecsInForce specs, TimeProvider time, ILogger<Fleet> log, CancellationToken stop)
    {
        Fleet fleet = new(options, specs, time, log);
        await fleet.LookAsync(stop).ConfigureAwait(false);
        fleet.loop = Task.Run(fleet.LoopAsync, CancellationToken.None);
        return fleet;
    }

    /// <inheritdoc/>
    public async Task<DescribeResponse> DescribeAsync(string address, DescribeRequest question, CancellationToken stop)
    {
        if (!Watches.TryGetValue(address, out AgentWatch? watch))
            throw new AgentCallException(isUnreachable: false, $"there is no agent {AgentAddress.Shown(address)}");
        try
        {
            return await watch.Client.DescribeAsync(question, cancellationToken: stop).ConfigureAwait(false);
        }
        catch (RpcException e) when (!stop.IsCancellationRequested)
        {
            throw new AgentCallException(
                e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded, AgentErrors.Say(address, e), e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        specs.Changed -= Renew;
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(Watches.Values.Select(static one => one.DisposeAsync().AsTask())).ConfigureAwait(false);
        channels.Dispose();
        stop.Dispose();
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            await Task.Delay(options.Limits.ListsEvery, time, stop.Token).ConfigureAwait(false);
            await LookAsync(stop.Token).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(CancellationToken end)
    {
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> wanted =
            await sources.LookAsync(end).ConfigureAwait(false);
        ImmutableSortedDictionary<string, AgentWatch> before = Watches;
        ImmutableSortedDictionary<string, AgentWatch>.Builder now = before.ToBuilder();
        List<AgentWatch> gone = [];
        foreach ((string address, AgentWatch watch) in before)
        {
            if (wanted.TryGetValue(address, out var labels) && labels.SequenceEqual(watch.State.Labels))
                continue;
            now.Remove(address);
            gone.Add(watch);
        }
        foreach ((string address, var labels) in wanted)
        {
            if (!now.ContainsKey(address))
            {
                now.Add(address, new AgentWatch(
                    address, labels, channels.Open(address), options.Limits, specs, time));
            }
        }
        Volatile.Write(ref watches, now.ToImmutable());
        foreach (AgentWatch watch in gone)
            await watch.DisposeAsync().ConfigureAwait(false);
    }

    private void Renew()
    {
        foreach (AgentWatch watch in Watches.Values)
            watch.Renew();
    }
}
