using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SideEye.Grafana.Hosting;
using SideEye.Grafana.Wire;
using WireEmpty = SideEye.Grafana.Wire.Empty;

namespace SideEye.Grafana.Endpoints;

/// <summary>The way to sub-connections, which Grafana holds open and never uses.</summary>
internal sealed class BrokerEndpoint(IHostApplicationLifetime lifetime) : GRPCBroker.GRPCBrokerBase
{
    /// <inheritdoc/>
    public override Task StartStream(
        IAsyncStreamReader<ConnInfo> requestStream, IServerStreamWriter<ConnInfo> responseStream,
        ServerCallContext context) => Held.UntilTheEndAsync(lifetime, context);
}

/// <summary>The way of what a plugin prints, which is nothing.</summary>
internal sealed class StdioEndpoint(IHostApplicationLifetime lifetime) : GRPCStdio.GRPCStdioBase
{
    /// <inheritdoc/>
    public override Task StreamStdio(
        Google.Protobuf.WellKnownTypes.Empty request, IServerStreamWriter<StdioData> responseStream,
        ServerCallContext context) => Held.UntilTheEndAsync(lifetime, context);
}

/// <summary>Stops the plugin when Grafana says so.</summary>
internal sealed class ControllerEndpoint(IHostApplicationLifetime lifetime, ILogger<ControllerEndpoint> log)
    : GRPCController.GRPCControllerBase
{
    /// <inheritdoc/>
    public override Task<WireEmpty> Shutdown(WireEmpty request, ServerCallContext context)
    {
        HostLog.Stopping(log);
        // Begun apart from this call, whose answer must still go out.
        _ = Task.Run(lifetime.StopApplication);
        return Task.FromResult(new WireEmpty());
    }
}

/// <summary>gRPC's own health check: a plugin that answers serves.</summary>
internal sealed class HealthEndpoint(IHostApplicationLifetime lifetime) : Health.HealthBase
{
    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (request.Service is not ("" or "plugin"))
            throw new RpcException(new Status(StatusCode.NotFound, $"there is no service {request.Service}"));
        return Task.FromResult(Serving());
    }

    /// <inheritdoc/>
    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream,
        ServerCallContext context)
    {
        await responseStream.WriteAsync(Serving());
        await Held.UntilTheEndAsync(lifetime, context);
    }

    private static HealthCheckResponse Serving() =>
        new() { Status = HealthCheckResponse.Types.ServingStatus.Serving };
}

/// <summary>Calls that stay open for life.</summary>
internal static class Held
{
    /// <summary>Completes when the caller goes or the plugin stops; a stop must not wait for them.</summary>
    internal static async Task UntilTheEndAsync(IHostApplicationLifetime lifetime, ServerCallContext context)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, lifetime.ApplicationStopping);
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = end.Token.Register(ended.SetResult);
        await ended.Task;
    }
}
