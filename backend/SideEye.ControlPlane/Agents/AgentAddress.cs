using System.Globalization;
using System.Net;

namespace SideEye.ControlPlane.Agents;

/// <summary>Addresses of agents: <c>host:port</c>, IPv6 in brackets.</summary>
internal static class AgentAddress
{
    /// <summary>Whether a text is an address.</summary>
    public static bool IsOne(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && text.Length <= 300
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is > 0 and < 65_536
            && Uri.CheckHostName(text[..colon].Trim('[', ']')) != UriHostNameType.Unknown;
    }

    /// <summary>Whether an address is on this machine for sure.</summary>
    public static bool IsLoopback(string address)
    {
        string host = address[..address.LastIndexOf(':')].Trim('[', ']');
        return host == "localhost" || (IPAddress.TryParse(host, out IPAddress? ip) && IPAddress.IsLoopback(ip));
    }

    /// <summary>A text of which nothing is known, for messages.</summary>
    public static string Shown(string text) =>
        text.Length is > 0 and <= 300 && !text.Any(char.IsControl) ? $"\"{text}\"" : "an address";
}
