using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SideEye.Grafana.Calls;
using SideEye.Grafana.Frames;
using SideEye.Grafana.Hosting;
using SideEye.Grafana.Wire;
using StreamService = SideEye.Grafana.Wire.Stream;

namespace SideEye.Grafana.Endpoints;

/// <summary>Live channels.</summary>
internal sealed class StreamEndpoint(
    PluginHandlers handlers, IHostApplicationLifetime lifetime, ILogger<StreamEndpoint> log) : StreamService.StreamBase
{
    /// <inheritdoc/>
    public override async Task<SubscribeStreamResponse> SubscribeStream(
        SubscribeStreamRequest request, ServerCallContext context)
    {
        (Subscription answer, DataFrame? initial) = await Handler().SubscribeAsync(
            CallReader.Call(request.PluginContext, request.Headers), CallReader.Stream(request.Path, request.Data),
            context.CancellationToken);
        return new SubscribeStreamResponse
        {
            Status = answer switch
            {
                Subscription.Accepted => SubscribeStreamResponse.Types.Status.Ok,
                Subscription.NotFound => SubscribeStreamResponse.Types.Status.NotFound,
                _ => SubscribeStreamResponse.Types.Status.PermissionDenied,
            },
            Data = initial is null ? ByteString.Empty : Bytes(initial),
        };
    }

    /// <inheritdoc/>
    public override async Task RunStream(
        RunStreamRequest request, IServerStreamWriter<StreamPacket> responseStream, ServerCallContext context)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, lifetime.ApplicationStopping);
        PluginCall call = CallReader.Call(request.PluginContext, request.Headers);
        try
        {
            await foreach (DataFrame frame in Handler().RunAsync(
                call, CallReader.Stream(request.Path, request.Data), stop.Token))
            {
                await responseStream.WriteAsync(new StreamPacket { Data = Bytes(frame) }, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody follows any more, or Grafana stops.
        }
        catch (Exception e) when (e is not RpcException && !stop.IsCancellationRequested)
        {
            HostLog.StreamFailed(log, request.Path, e);
            throw new RpcException(new Status(StatusCode.Unavailable, e.Message));
        }
    }

    /// <inheritdoc/>
    public override Task<PublishStreamResponse> PublishStream(
        PublishStreamRequest request, ServerCallContext context) =>
        Task.FromResult(new PublishStreamResponse { Status = PublishStreamResponse.Types.Status.PermissionDenied });

    private IStreamHandler Handler() => handlers.Streams
        ?? throw new RpcException(new Status(StatusCode.Unimplemented, "this plugin has no streams"));

    private static ByteString Bytes(DataFrame frame) => UnsafeByteOperations.UnsafeWrap(LiveFrames.Encode(frame));
}
