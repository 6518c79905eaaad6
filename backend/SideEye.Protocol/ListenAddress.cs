using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SideEye.Protocol;

/// <summary>An address and port to listen on, as options write it.</summary>
public static class ListenAddress
{
    /// <summary>Reads <c>127.0.0.1:7461</c>, <c>[::1]:7461</c>, <c>localhost:7461</c> or <c>:7461</c> (everywhere).
    /// </summary>
    /// <param name="text">What was given.</param>
    /// <param name="option">Which option it was given with.</param>
    /// <exception cref="FormatException">It is none of these; for people.</exception>
    public static IPEndPoint Parse(string text, string option)
    {
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? text : text[..colon];
        bool isPort = ushort.TryParse(
            text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port);
        IPAddress? address = host switch
        {
            "" or "*" => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, // of IPv4 too
            "localhost" => IPAddress.Loopback,
            _ => IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null,
        };
        return colon >= 0 && isPort && address is not null
            ? new IPEndPoint(address, port)
            : throw new FormatException(
                $"{option} '{text}' is no address and port: write it as 127.0.0.1:7461, [::1]:7461 or :7461");
    }

    /// <summary>Why a server that was to listen there could not, for people; null when that is not what went wrong.
    /// </summary>
    /// <param name="address">Where it was to listen.</param>
    /// <param name="problem">What its start threw.</param>
    public static string? Refusal(string address, Exception problem)
    {
        Exception? cause = problem;
        while (cause is not null and not SocketException)
            cause = cause.InnerException;
        return (cause as SocketException)?.SocketErrorCode switch
        {
            null => null,
            SocketError.AddressAlreadyInUse => $"cannot listen on {address}: it is in use by another program",
            SocketError.AddressNotAvailable => $"cannot listen on {address}: this host has no such address",
            SocketError.AccessDenied =>
                $"cannot listen on {address}: a port below 1024 needs root or CAP_NET_BIND_SERVICE",
            _ => $"cannot listen on {address}: {cause!.Message}",
        };
    }
}
