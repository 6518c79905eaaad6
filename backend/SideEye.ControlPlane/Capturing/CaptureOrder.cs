using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Capturing;

/// <summary>One snapshot that somebody asked for: of which processes, with which spec.</summary>
public sealed record CaptureOrder
{
    /// <summary>Identity of the snapshot: a GUID as <c>Guid.ToString("N")</c>.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>What to capture of each process.</summary>
    public required SpecInForce Spec { get; init; }

    /// <summary>Who asked, for the audit lines here and at the agents.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Only processes of this program; null for all.</summary>
    public string? Program { get; init; }

    /// <summary>Only processes of this environment; null for all.</summary>
    public string? Environment { get; init; }

    /// <summary>Only these agents, by address; empty for all.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>Only these processes, by the key that their agent gave them; empty for all.</summary>
    public IReadOnlyList<string> ProcessKeys { get; init; } = [];

    /// <summary>Longest pause of a process; null for what its agent allows, which holds besides.</summary>
    public TimeSpan? PauseMax { get; init; }

    /// <summary>Most bytes copied from a process; null for what its agent allows, which holds besides.</summary>
    public long? BytesMax { get; init; }

    /// <summary><c>bpf</c>, <c>vmread</c>, or null for the agent's choice.</summary>
    public string? Reader { get; init; }
}
