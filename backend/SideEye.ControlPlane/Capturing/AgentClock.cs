using Grpc.Core;
using SideEye.ControlPlane.Agents;
using SideEye.Protocol.Agent;

namespace SideEye.ControlPlane.Capturing;

/// <summary>How an agent's clock stands to ours, and how far away it is.</summary>
/// <param name="Host">The agent's host, as it says.</param>
/// <param name="Offset">Its clock minus ours, known to half a round trip.</param>
/// <param name="RoundTrip">The shortest seen.</param>
internal sealed record AgentClock(string Host, TimeSpan Offset, TimeSpan RoundTrip)
{
    private const int Looks = 3;

    /// <summary>Looks at an agent's clock.</summary>
    /// <exception cref="RpcException">The agent does not answer.</exception>
    public static async Task<AgentClock> LookAsync(
        AgentLink link, TimeProvider time, TimeSpan most, CancellationToken stop)
    {
        AgentClock? best = null;
        for (int look = 0; look < Looks; look++)
        {
            DateTimeOffset before = time.GetUtcNow();
            long start = time.GetTimestamp();
            StatusResponse status = await link.Client.StatusAsync(
                new StatusRequest(), deadline: DateTime.UtcNow + most, cancellationToken: stop).ConfigureAwait(false);
            TimeSpan round = time.GetElapsedTime(start);
            if (best is not null && round >= best.RoundTrip)
                continue;
            DateTimeOffset theirs = UnixTime.Of(status.AgentClockUnixNs);
            best = new AgentClock(status.Host, theirs - (before + (round / 2)), round);
        }
        return best!;
    }
}
