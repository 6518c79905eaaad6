using System.Security.Authentication;
using Grpc.Core;
using SideEye.Grafana.Calls;

namespace SideEye.Plugin.Answers;

/// <summary>What went wrong between us and the control plane, for the person in front of the panel.</summary>
internal static class RpcErrors
{
    /// <summary>The error of a query; all of them are downstream's.</summary>
    internal static QueryException ToQueryError(RpcException error, Uri url) =>
        new(Words(error, url), Status(error.StatusCode), ErrorSource.Downstream, error);

    /// <summary>What happened and what to do.</summary>
    internal static string Words(RpcException error, Uri url)
    {
        string place = url.GetLeftPart(UriPartial.Authority);
        string detail = error.Status.Detail;
        return error.StatusCode switch
        {
            StatusCode.Unavailable => $"The control plane at {place} cannot be reached: {Cause(error)}",
            // A certificate that is not trusted comes as an internal error.
            StatusCode.Internal when IsTls(error) => $"The control plane at {place} cannot be reached: {Cause(error)}",
            StatusCode.Unauthenticated =>
                $"The control plane at {place} does not know the token: {detail}. "
                + "Check it in the data source's settings.",
            StatusCode.DeadlineExceeded => $"The control plane at {place} did not answer in time: {detail}",
            StatusCode.Unimplemented =>
                $"What answers at {place} is not this version's control plane: {detail}. The URL must be that of its "
                + "gRPC address.",
            StatusCode.Internal when error.Status.DebugException is HttpRequestException =>
                $"What answers at {place} does not speak gRPC: {Cause(error)}. The URL must be that of the control "
                + "plane's gRPC address.",
            // What the user did wrong comes with a text of the control plane's that needs nothing around it.
            StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.PermissionDenied
                or StatusCode.FailedPrecondition or StatusCode.ResourceExhausted or StatusCode.OutOfRange
                or StatusCode.AlreadyExists => detail,
            _ => $"The control plane at {place} failed: {detail}",
        };
    }

    private static int Status(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.FailedPrecondition => 400,
        StatusCode.Unauthenticated => 401,
        StatusCode.PermissionDenied => 403,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists => 409,
        StatusCode.ResourceExhausted => 429,
        StatusCode.Cancelled => 499,
        StatusCode.Unimplemented => 501,
        StatusCode.DeadlineExceeded => 504,
        _ => 502,
    };

    /// <summary>The innermost reason, which is the one that says something.</summary>
    private static string Cause(RpcException error)
    {
        if (Causes(error).LastOrDefault() is not Exception innermost)
            return error.Status.Detail;
        return IsTls(error) ? $"TLS: {innermost.Message}" : innermost.Message;
    }

    private static bool IsTls(RpcException error) => Causes(error).Any(cause => cause is AuthenticationException);

    private static IEnumerable<Exception> Causes(RpcException error)
    {
        for (Exception? cause = error.Status.DebugException; cause is not null; cause = cause.InnerException)
            yield return cause;
    }
}
