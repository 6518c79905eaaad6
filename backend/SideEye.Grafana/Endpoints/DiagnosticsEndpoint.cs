using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SideEye.Grafana.Calls;
using SideEye.Grafana.Hosting;
using SideEye.Grafana.Wire;

namespace SideEye.Grafana.Endpoints;

/// <summary>Whether a data source works, and how the plugin is doing.</summary>
internal sealed class DiagnosticsEndpoint(PluginHandlers handlers, ILogger<DiagnosticsEndpoint> log)
    : Diagnostics.DiagnosticsBase
{
    /// <inheritdoc/>
    public override async Task<CheckHealthResponse> CheckHealth(CheckHealthRequest request, ServerCallContext context)
    {
        IHealthHandler handler = handlers.Health
            ?? throw new RpcException(new Status(StatusCode.Unimplemented, "this plugin has no health check"));
        HealthAnswer answer;
        try
        {
            answer = await handler.CheckAsync(
                CallReader.Call(request.PluginContext, request.Headers), context.CancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            HostLog.Failed(log, "checkHealth", e);
            answer = new HealthAnswer(false, $"the plugin failed: {e.Message} (Grafana's log says more)");
        }
        return new CheckHealthResponse
        {
            Status = answer.IsOk
                ? CheckHealthResponse.Types.HealthStatus.Ok : CheckHealthResponse.Types.HealthStatus.Error,
            Message = answer.Message,
            JsonDetails = ByteString.CopyFromUtf8(answer.Details?.ToJsonString() ?? ""),
        };
    }

    /// <inheritdoc/>
    public override Task<CollectMetricsResponse> CollectMetrics(
        CollectMetricsRequest request, ServerCallContext context)
    {
        IMetricsHandler handler = handlers.Metrics
            ?? throw new RpcException(new Status(StatusCode.Unimplemented, "this plugin has no metrics"));
        return Task.FromResult(new CollectMetricsResponse
        {
            Metrics = new() { Prometheus = ByteString.CopyFromUtf8(handler.Collect()) },
        });
    }
}
