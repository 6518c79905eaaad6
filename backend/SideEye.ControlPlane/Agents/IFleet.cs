using SideEye.Protocol.Agent;

namespace SideEye.ControlPlane.Agents;

/// <summary>The agents that the control plane knows, and what they watch.</summary>
/// <remarks>For any number of threads.</remarks>
public interface IFleet
{
    /// <summary>Every agent, by address.</summary>
    IReadOnlyList<AgentState> Agents { get; }

    /// <summary>Every process that some agent watches.</summary>
    IReadOnlyList<FleetProcess> Processes { get; }

    /// <summary>What is wrong with lists and names of agents now, for people.</summary>
    IReadOnlyList<string> Problems { get; }

    /// <summary>Asks an agent about a binary on its host.</summary>
    /// <exception cref="AgentCallException">The agent cannot be asked or refuses; for people.</exception>
    Task<DescribeResponse> DescribeAsync(string address, DescribeRequest question, CancellationToken stop);
}

/// <summary>A process and the agent that watches it.</summary>
/// <param name="Agent">The agent's address, as configured.</param>
/// <param name="Host">The agent's host name, as it says.</param>
/// <param name="Process">What the agent says of it.</param>
public sealed record FleetProcess(string Agent, string Host, Process Process)
{
    /// <summary>Its environment; empty when nothing says one.</summary>
    public string Environment => Process.Labels.TryGetValue("environment", out string? label) ? label : "";
}

/// <summary>An agent did not answer as wanted; the message says which one, why and what to do.</summary>
/// <param name="isUnreachable">It did not answer at all, as opposed to a refusal.</param>
/// <param name="message">For people.</param>
/// <param name="cause">What the transport said.</param>
public sealed class AgentCallException(bool isUnreachable, string message, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>It did not answer at all, as opposed to a refusal.</summary>
    public bool IsUnreachable => isUnreachable;
}
