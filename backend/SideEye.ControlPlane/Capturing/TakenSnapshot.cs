namespace SideEye.ControlPlane.Capturing;

/// <summary>A snapshot whose file is complete.</summary>
public sealed record TakenSnapshot
{
    /// <summary>Its identity, as ordered.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>When its first process was frozen, by the control plane's clock.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>From the order to the complete file.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Hash of the spec that was captured and derived with.</summary>
    public required string SpecHash { get; init; }

    /// <summary>What came of each agent that was asked.</summary>
    public required IReadOnlyList<AgentOutcome> Agents { get; init; }

    /// <summary>Processes whose rows are there.</summary>
    public int Processes => Agents.Sum(static agent => agent.Captured);

    /// <summary>Whether a limit or deadline cut something.</summary>
    public required bool IsTruncated { get; init; }

    /// <summary>Why part of it failed; null when nothing did.</summary>
    public required string? Error { get; init; }

    /// <summary>What of the spec does not fit a binary, and which derived tables failed.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>What came of one agent in a snapshot.</summary>
/// <param name="Address">The agent, as configured.</param>
/// <param name="Host">Its host as it says; null when it could not be asked.</param>
/// <param name="Captured">Processes captured.</param>
/// <param name="Failed">Processes that were meant and not captured.</param>
/// <param name="Goroutines">Goroutines captured.</param>
/// <param name="PauseMax">The longest pause of its processes.</param>
/// <param name="Bytes">Bytes copied from its processes.</param>
/// <param name="Error">What went wrong with the agent itself; null when nothing did.</param>
public sealed record AgentOutcome(
    string Address, string? Host, int Captured, int Failed, long Goroutines, TimeSpan PauseMax, long Bytes,
    string? Error);
