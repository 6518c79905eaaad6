using System.Threading.Channels;
using Grpc.Core;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Serving.Answering;
using SideEye.ControlPlane.Serving.Gate;
using SideEye.Protocol.ControlPlane;
using Endpoint = SideEye.Protocol.ControlPlane.ControlPlane.ControlPlaneBase;

namespace SideEye.ControlPlane.Serving.Rpc;

/// <summary>What the Grafana plugin may ask.</summary>
/// <param name="answerer">Answers queries.</param>
/// <param name="health">Says how all is.</param>
/// <param name="shelf">The snapshots that are kept.</param>
/// <param name="limits">What is taken from callers.</param>
/// <param name="stopping">Cancelled when the control plane stops.</param>
internal sealed class ControlPlaneEndpoint(
    QueryAnswerer answerer, HealthReport health, ISnapshotShelf shelf, ServingLimits limits,
    CancellationToken stopping) : Endpoint
{
    private int followers;

    /// <inheritdoc/>
    public override async Task Query(
        QueryRequest request, IServerStreamWriter<QueryResponse> responseStream, ServerCallContext context)
    {
        Caller caller = request.Caller ?? new Caller();
        Person person = Admission.Of(context.GetHttpContext()).For(caller.User, caller.Role, limits.NameCharactersMax);
        StreamSink sink = new(responseStream, limits.WriteMax);
        Trailer trailer = await answerer.AnswerAsync(request, person, sink, context.CancellationToken)
            .ConfigureAwait(false);
        await sink.SendAsync(new QueryResponse { Trailer = trailer }, context.CancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task<HealthResponse> Health(HealthRequest request, ServerCallContext context)
    {
        HealthResponse now = health.Now(request);
        Admission admission = Admission.Of(context.GetHttpContext());
        if (admission is { SpeaksForOthers: false, IsAnybody: false })
        {
            now.Message += $" {admission.Person.Name} may not say for whom it asks: everybody in Grafana is "
                + $"{admission.Person.Role} here. A token of role grafana passes people's own roles on.";
        }
        return Task.FromResult(now);
    }

    /// <inheritdoc/>
    public override async Task Snapshots(
        SnapshotsRequest request, IServerStreamWriter<SnapshotEvent> responseStream, ServerCallContext context)
    {
        if (Interlocked.Increment(ref followers) > limits.FollowersMax)
        {
            Interlocked.Decrement(ref followers);
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"{limits.FollowersMax} callers follow new snapshots already"));
        }
        Channel<KeptSnapshot> events = Channel.CreateBounded<KeptSnapshot>(
            new BoundedChannelOptions(limits.EventsWaitingMax) { FullMode = BoundedChannelFullMode.DropOldest });
        void Note(KeptSnapshot added)
        {
            // What is not of the same program and environment would answer the follower's query with other rows.
            if (!added.IsPart && IsEqual(request.Program, added.Program)
                && IsEqual(request.Environment, added.Environment))
            {
                events.Writer.TryWrite(added);
            }
        }
        shelf.Added += Note;
        try
        {
            // Headers at once: who follows can know that nothing is missed from here on.
            await context.WriteResponseHeadersAsync([]).ConfigureAwait(false);
            await SendAsync(events.Reader, responseStream, context.CancellationToken).ConfigureAwait(false);
        }
        finally
        {
            shelf.Added -= Note;
            Interlocked.Decrement(ref followers);
        }
    }

    private async Task SendAsync(
        ChannelReader<KeptSnapshot> events, IServerStreamWriter<SnapshotEvent> stream, CancellationToken gone)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping);
        try
        {
            await foreach (KeptSnapshot one in events.ReadAllAsync(end.Token).ConfigureAwait(false))
            {
                await stream.WriteAsync(
                    new SnapshotEvent
                    {
                        SnapshotId = one.SnapshotId, Program = one.Program ?? "", Environment = one.Environment ?? "",
                        CapturedAtUnixNs = UnixTime.Nanoseconds(one.CapturedAt),
                    },
                    end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the control plane stops"));
        }
    }

    private static bool IsEqual(string wanted, string? of) => wanted == (of ?? "");
}
