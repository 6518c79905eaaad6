using AgentClient = SideEye.Protocol.Agent.Agent.AgentClient;

namespace SideEye.ControlPlane.Agents;

/// <summary>A way to an agent.</summary>
/// <param name="Address">Where it is: <c>host:port</c>.</param>
/// <param name="Client">Calls it; every call may fail.</param>
/// <param name="IsOk">Whether it answered when it was last asked: one that did not is not waited for so long.</param>
public sealed record AgentLink(string Address, AgentClient Client, bool IsOk = true);

/// <summary>Knows the ways to all agents.</summary>
public interface IAgentLinks
{
    /// <summary>All at this moment, by address.</summary>
    IReadOnlyList<AgentLink> Links { get; }
}
