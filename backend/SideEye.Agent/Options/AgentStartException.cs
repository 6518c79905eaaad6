namespace SideEye.Agent.Options;

/// <summary>The agent cannot start as it was told; the message says why and what to do.</summary>
public sealed class AgentStartException(string message) : Exception(message);
