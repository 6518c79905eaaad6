using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace SideEye.ControlPlane.Serving.Rpc;

/// <summary>Makes status codes of what goes wrong in a call.</summary>
internal sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> log) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw StatusOf(e, context);
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw StatusOf(e, context);
        }
    }

    private RpcException StatusOf(Exception e, ServerCallContext context)
    {
        Failure failure = Failure.Of(e);
        if (failure.IsDefect && !context.CancellationToken.IsCancellationRequested)
            Defect(log, context.Method, e);
        return failure.ToRpc();
    }

    [LoggerMessage(LogLevel.Error, "{method} failed by a defect of ours")]
    private static partial void Defect(ILogger log, string method, Exception exception);
}
