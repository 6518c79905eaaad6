using Microsoft.AspNetCore.Http;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>A request cannot be answered as it is; the message says why and what to do.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">For people.</param>
public sealed class ApiException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>What is asked for is not there.</summary>
    internal static ApiException NotFound(string what) => new(StatusCodes.Status404NotFound, what);

    /// <summary>What was sent is not right.</summary>
    internal static ApiException BadRequest(string why) => new(StatusCodes.Status400BadRequest, why);
}
