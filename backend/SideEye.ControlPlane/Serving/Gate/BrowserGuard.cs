using System.Net;
using Microsoft.AspNetCore.Http;

namespace SideEye.ControlPlane.Serving.Gate;

/// <summary>
/// Where nobody has to show anything, any web page could have a browser on this machine ask us. Its requests say where
/// they come from, and to which name the browser thinks it speaks.
/// </summary>
internal static class BrowserGuard
{
    /// <summary>Why a request is refused; null when it is not.</summary>
    /// <param name="request">It.</param>
    /// <param name="isOnlyLocal">Whether we are only here for this machine.</param>
    public static string? Refusal(HttpRequest request, bool isOnlyLocal)
    {
        // A page's own name can be made to lead to 127.0.0.1; then the name is still the page's.
        if (isOnlyLocal && !IsLocal(request.Host.Host))
        {
            return "without tokens only requests to localhost or 127.0.0.1 are answered, and this one names another "
                + "host; give the control plane a --token-file";
        }
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return null;
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        string origin = request.Headers.Origin.ToString();
        bool isOurs = site is "" or "same-origin" or "none"
            && (origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}");
        return isOurs ? null : "a page of another site may not do this; give the control plane a --token-file";
    }

    private static bool IsLocal(string host)
    {
        string name = host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address));
    }
}
