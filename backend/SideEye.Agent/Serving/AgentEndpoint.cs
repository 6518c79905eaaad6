using System.Collections.Immutable;
using System.Reflection;
using Grpc.Core;
using SideEye.Agent.Describing;
using SideEye.Agent.Options;
using SideEye.Agent.Snapshots;
using SideEye.Agent.Watching;
using SideEye.Protocol.Agent;

namespace SideEye.Agent.Serving;

/// <summary>What callers may ask of the agent.</summary>
internal sealed class AgentEndpoint(
    AgentOptions options, ProcessTable table, SnapshotCall snapshots, BinaryQuestions questions, TimeProvider time)
    : Protocol.Agent.Agent.AgentBase
{
    private static readonly DateTimeOffset Started = DateTimeOffset.UtcNow;

    /// <inheritdoc/>
    public override async Task Watch(
        WatchRequest request, IServerStreamWriter<WatchResponse> responseStream, ServerCallContext context)
    {
        ProcessLabels labels = new(ProgramRules.Compile(request.Programs, options.Limits), options);
        CancellationToken stop = context.CancellationToken;
        await table.FirstLook.WaitAsync(stop).ConfigureAwait(false);
        ImmutableSortedDictionary<string, WatchedProcess> told =
            ImmutableSortedDictionary<string, WatchedProcess>.Empty;
        for (bool isFirst = true; ; isFirst = false)
        {
            (ImmutableSortedDictionary<string, WatchedProcess> now, Task changed) = table.Observe();
            WatchResponse response = new() { IsComplete = isFirst };
            foreach ((string key, WatchedProcess process) in now)
            {
                if (!ReferenceEquals(told.GetValueOrDefault(key), process))
                    response.Appeared.Add(labels.Message(process.Found));
            }
            response.Exited.AddRange(told.Keys.Where(key => !now.ContainsKey(key)));
            if (isFirst || response.Appeared.Count + response.Exited.Count > 0)
                await responseStream.WriteAsync(response, stop).ConfigureAwait(false);
            told = now;
            await changed.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task<DescribeResponse> Describe(DescribeRequest request, ServerCallContext context) =>
        Task.Run(() => questions.Answer(request), context.CancellationToken);

    /// <inheritdoc/>
    public override Task Snapshot(
        IAsyncStreamReader<SnapshotRequest> requestStream, IServerStreamWriter<SnapshotResponse> responseStream,
        ServerCallContext context) =>
        snapshots.RunAsync(requestStream, responseStream, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context)
    {
        StatusResponse status = new()
        {
            Version = typeof(AgentEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion ?? "",
            Host = options.HostName,
            StartedUnixNs = UnixNs(Started),
            AgentClockUnixNs = UnixNs(time.GetUtcNow()),
            Processes = table.Processes.Count,
            Kernel = Environment.OSVersion.Version.ToString(),
            Bpf = Host.KernelSupport.WhyNoProbe ?? "yes",
        };
        foreach ((string key, WatchedProcess process) in table.Processes)
        {
            status.Budgets.Add(new ProcessBudget
            {
                ProcessKey = key,
                UsedNs = process.Budget.Used.Ticks * TimeSpan.NanosecondsPerTick,
                AllowedNs = options.PauseBudget.Ticks * TimeSpan.NanosecondsPerTick,
                WindowNs = options.PauseWindow.Ticks * TimeSpan.NanosecondsPerTick,
                Snapshots = process.Budget.Snapshots,
                Refused = process.Budget.Refused,
            });
        }
        return Task.FromResult(status);
    }

    private static long UnixNs(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
