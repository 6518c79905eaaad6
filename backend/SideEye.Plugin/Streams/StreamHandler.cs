using System.Runtime.CompilerServices;
using Grpc.Core;
using SideEye.Grafana.Calls;
using SideEye.Grafana.Frames;
using SideEye.Plugin.Answers;
using SideEye.Plugin.Queries;
using SideEye.Plugin.Settings;
using SideEye.Protocol.ControlPlane;

namespace SideEye.Plugin.Streams;

/// <summary>Live channels: the answer to a query, anew with each snapshot.</summary>
internal sealed class StreamHandler(
    Sources sources, QueryHandler queries, PluginLimits limits, TimeProvider clock, ILogger<StreamHandler> log)
    : IStreamHandler
{
    private static readonly TimeSpan Range = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public async Task<(Subscription Answer, DataFrame? Initial)> SubscribeAsync(
        PluginCall call, StreamRequest request, CancellationToken stop)
    {
        if (StreamPath.QueryOf(request) is not ReadOnlyMemory<byte> json)
            return (Subscription.NotFound, null);
        try
        {
            using InstanceCache<ControlPlaneLink>.Lease lease = sources.Take(call);
            DataFrame? frame = await AnswerAsync(
                lease.Value, call, json, new SnapshotChoice { Latest = true }, stop);
            return (Subscription.Accepted, frame);
        }
        catch (QueryException e) when (e.Status is 401 or 403)
        {
            return (Subscription.Denied, null);
        }
        catch (QueryException e) when (e.Status is 400 or 404)
        {
            // No snapshot yet is no reason to refuse; a query that cannot be read is.
            StreamLog.NoInitial(log, e.Message);
            return (IsReadable(call, json) ? Subscription.Accepted : Subscription.NotFound, null);
        }
        catch (QueryException e)
        {
            StreamLog.NoInitial(log, e.Message);
            return (Subscription.Accepted, null);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DataFrame> RunAsync(
        PluginCall call, StreamRequest request, [EnumeratorCancellation] CancellationToken stop)
    {
        ReadOnlyMemory<byte> json = StreamPath.QueryOf(request)
            ?? throw new QueryException($"There is no channel {request.Path}.", 404);
        using InstanceCache<ControlPlaneLink>.Lease lease = sources.Take(call);
        QueryRequest about = Read(call, json, lease.Value.Settings).Request;
        await foreach (SnapshotEvent snapshot in EventsAsync(lease.Value, about, stop))
        {
            DataFrame? frame = null;
            try
            {
                frame = await AnswerAsync(
                    lease.Value, call, json, new SnapshotChoice { Id = snapshot.SnapshotId }, stop);
            }
            catch (QueryException e)
            {
                // The next snapshot may be answered again: the channel stays.
                StreamLog.NoAnswer(log, snapshot.SnapshotId, e.Message);
            }
            if (frame is not null)
                yield return frame;
        }
    }

    /// <summary>New snapshots for as long as somebody follows, over broken connections too.</summary>
    private async IAsyncEnumerable<SnapshotEvent> EventsAsync(
        ControlPlaneLink link, QueryRequest about, [EnumeratorCancellation] CancellationToken stop)
    {
        TimeSpan pause = limits.ReconnectTimeMin;
        while (true)
        {
            using AsyncServerStreamingCall<SnapshotEvent> call = link.Client.Snapshots(
                new SnapshotsRequest { Program = about.Program, Environment = about.Environment },
                cancellationToken: stop);
            while (await NextAsync(call, link, stop))
            {
                pause = limits.ReconnectTimeMin;
                yield return call.ResponseStream.Current;
            }
            await Task.Delay(pause, clock, stop);
            pause = pause * 2 < limits.ReconnectTimeMax ? pause * 2 : limits.ReconnectTimeMax;
        }
    }

    private async Task<bool> NextAsync(
        AsyncServerStreamingCall<SnapshotEvent> call, ControlPlaneLink link, CancellationToken stop)
    {
        try
        {
            return await call.ResponseStream.MoveNext(stop);
        }
        catch (RpcException) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop);
        }
        catch (RpcException e)
        {
            StreamLog.Reconnecting(log, RpcErrors.Words(e, link.Settings.Url));
            return false;
        }
    }

    private async Task<DataFrame?> AnswerAsync(
        ControlPlaneLink link, PluginCall call, ReadOnlyMemory<byte> json, SnapshotChoice snapshot,
        CancellationToken stop)
    {
        ReadQuery read = Read(call, json, link.Settings);
        read.Request.Snapshot = snapshot;
        IReadOnlyList<DataFrame> frames = await queries.RunAsync(link, call, read, stop);
        return frames.Count > 0 ? frames[0] : null;
    }

    private bool IsReadable(PluginCall call, ReadOnlyMemory<byte> json)
    {
        try
        {
            using InstanceCache<ControlPlaneLink>.Lease lease = sources.Take(call);
            Read(call, json, lease.Value.Settings);
            return true;
        }
        catch (QueryException)
        {
            return false;
        }
    }

    /// <summary>A channel has no time range of its own: macros see the last hour.</summary>
    private ReadQuery Read(PluginCall call, ReadOnlyMemory<byte> json, SourceSettings settings)
    {
        DateTimeOffset now = clock.GetUtcNow();
        PanelQuery query = new() { RefId = "", Json = json, From = now - Range, To = now };
        return QueryReader.Read(call, query, settings, limits, Origin.Stream);
    }
}
