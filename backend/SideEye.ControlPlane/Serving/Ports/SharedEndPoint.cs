using System.Net;

namespace SideEye.ControlPlane.Serving.Ports;

/// <summary>One of the two versions of HTTP on a <see cref="SharedPort"/>.</summary>
internal sealed class SharedEndPoint(IPEndPoint address, bool isHttp2) : EndPoint
{
    /// <summary>Whether it is HTTP/2.</summary>
    public bool IsHttp2 => isHttp2;

    /// <inheritdoc/>
    public override string ToString() => $"http://{address}";
}
