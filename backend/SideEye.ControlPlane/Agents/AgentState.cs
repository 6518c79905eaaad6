using System.Collections.Immutable;

namespace SideEye.ControlPlane.Agents;

/// <summary>How an agent is, as far as the control plane knows.</summary>
public sealed record AgentState
{
    /// <summary>Where it is: <c>host:port</c>.</summary>
    public required string Address { get; init; }

    /// <summary>What the source of agents says of it, such as labels of a file_sd group.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>True when its last answer was a good one and its stream of processes is open.</summary>
    public required bool IsOk { get; init; }

    /// <summary>What there is, or what is wrong and what to do about it.</summary>
    public required string Message { get; init; }

    /// <summary>Its host's name; null before the first answer.</summary>
    public string? Host { get; init; }

    /// <summary>Its version; null before the first answer.</summary>
    public string? Version { get; init; }

    /// <summary>Its kernel's release; null before the first answer.</summary>
    public string? Kernel { get; init; }

    /// <summary><c>yes</c>, or why its snapshots are read by process_vm_readv; null before the first answer.</summary>
    public string? Bpf { get; init; }

    /// <summary>Processes that it watches.</summary>
    public int Processes { get; init; }

    /// <summary>Its clock minus ours, to half a round trip; null when not known.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>When it last answered; null when it never did.</summary>
    public DateTimeOffset? LastAnswer { get; init; }
}
