using System.Security.Authentication;
using Grpc.Core;

namespace SideEye.ControlPlane.Agents;

/// <summary>What went wrong with an agent, in words; the one place that knows what the transport says.</summary>
internal static class AgentErrors
{
    /// <summary>A failed call in words.</summary>
    /// <param name="address">The agent.</param>
    /// <param name="failure">What gRPC says.</param>
    public static string Say(string address, RpcException failure) => failure.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.Internal when Certificate(failure) is string certificate => certificate,
        StatusCode.Unavailable =>
            $"{address} cannot be reached ({Cause(failure)}); is sideeye-agent running there?",
        StatusCode.Unauthenticated or StatusCode.PermissionDenied =>
            $"{address} refuses us: {failure.Status.Detail}; give the control plane the agent's token",
        StatusCode.DeadlineExceeded or StatusCode.Cancelled => $"{address} did not answer in time",
        StatusCode.Unimplemented => $"{address} is no agent of this version, or no agent: {failure.Status.Detail}",
        _ => $"{address}: {failure.Status.Detail}",
    };

    private static string? Certificate(RpcException failure)
    {
        for (Exception? e = failure.Status.DebugException; e is not null; e = e.InnerException)
        {
            if (e is AuthenticationException)
            {
                return $"no secure connection: {e.Message} Check the agent's certificate and the control plane's "
                    + "--agent-ca";
            }
        }
        return null;
    }

    private static string Cause(RpcException failure)
    {
        Exception? e = failure.Status.DebugException;
        while (e?.InnerException is not null)
            e = e.InnerException;
        return (e?.Message ?? failure.Status.Detail).TrimEnd('.');
    }
}
