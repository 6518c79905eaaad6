using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace SideEye.ControlPlane.Serving;

/// <summary>Makes answers of what goes wrong in endpoints that are not gRPC.</summary>
internal static partial class Errors
{
    private const int Http2InternalError = 2; // RFC 9113 section 7

    /// <summary>Runs a request.</summary>
    public static async Task GuardAsync(HttpContext context, RequestDelegate next, ILogger log)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            // What is too large the framework refuses without a word.
            if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status413PayloadTooLarge })
            {
                await new Failure(StatusCode.ResourceExhausted, StatusCodes.Status413PayloadTooLarge,
                    "the request is too large").WriteAsync(context).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more to be told.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Failure failure = Failure.Of(e);
            if (failure.IsDefect)
                Defect(log, context.Request.Path, e);
            context.Response.Clear();
            await failure.WriteAsync(context).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failure failure = Failure.Of(e);
            BrokenOff(log, context.Request.Path, failure.Message, failure.IsDefect ? e : null);
            // Half an answer must not look like a whole one.
            context.Features.Get<IHttpResetFeature>()?.Reset(Http2InternalError);
            context.Abort();
        }
    }

    [LoggerMessage(LogLevel.Error, "{path}: the answer is broken off in the middle, {why}")]
    private static partial void BrokenOff(ILogger log, string path, string why, Exception? exception);

    [LoggerMessage(LogLevel.Error, "{path} failed by a defect of ours")]
    private static partial void Defect(ILogger log, string path, Exception exception);
}
