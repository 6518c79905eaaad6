using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SideEye.Grafana.Calls;
using SideEye.Grafana.Hosting;
using SideEye.Grafana.Wire;

namespace SideEye.Grafana.Endpoints;

/// <summary>Requests of the plugin's own pages.</summary>
internal sealed class ResourceEndpoint(PluginHandlers handlers, ILogger<ResourceEndpoint> log) : Resource.ResourceBase
{
    /// <inheritdoc/>
    public override async Task CallResource(
        CallResourceRequest request, IServerStreamWriter<CallResourceResponse> responseStream,
        ServerCallContext context)
    {
        IResourceHandler handler = handlers.Resources
            ?? throw new RpcException(new Status(StatusCode.Unimplemented, "this plugin has no resources"));
        Reply reply = new(responseStream);
        PluginCall call = CallReader.Call(request.PluginContext) with { Headers = CallReader.Headers(request) };
        try
        {
            await handler.CallAsync(call, CallReader.Resource(request), reply, context.CancellationToken);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the request was cancelled"));
        }
        catch (Exception e) when (!reply.HasStarted)
        {
            HostLog.Failed(log, "callResource", e);
            await reply.ErrorAsync(500, $"the plugin failed: {e.Message} (Grafana's log says more)");
        }
        // An answer without any message would be an error that says nothing.
        if (!reply.HasStarted)
            await reply.StartAsync(204, new Dictionary<string, string>());
    }

    private sealed class Reply(IServerStreamWriter<CallResourceResponse> stream) : IResourceReply
    {
        internal bool HasStarted { get; private set; }

        public Task StartAsync(int status, IReadOnlyDictionary<string, string> headers)
        {
            if (HasStarted)
                throw new InvalidOperationException("the answer has begun already");
            // Anything else makes Grafana's HTTP server give up on the request.
            ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 999);
            HasStarted = true;
            CallResourceResponse first = new() { Code = status };
            foreach ((string name, string value) in headers)
                first.Headers[name] = new StringList { Values = { value } };
            return stream.WriteAsync(first);
        }

        public Task WriteAsync(ReadOnlyMemory<byte> part) =>
            HasStarted
                ? stream.WriteAsync(new CallResourceResponse { Body = ByteString.CopyFrom(part.Span) })
                : throw new InvalidOperationException("the answer needs a status first");

        internal async Task ErrorAsync(int status, string message)
        {
            await StartAsync(status, new Dictionary<string, string> { ["Content-Type"] = "application/json" });
            JsonObject body = new() { ["message"] = message };
            await WriteAsync(System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()));
        }
    }
}
