using SideEye.Capture;

namespace SideEye.Host;

/// <summary>A process to capture, with what is known of it besides what it tells itself.</summary>
/// <param name="Process">The process, opened.</param>
public sealed record SnapshotTarget(GoProcess Process)
{
    /// <summary>Name of its host.</summary>
    public string Host { get; init; } = System.Environment.MachineName;

    /// <summary>Program it was matched to.</summary>
    public string? Program { get; init; }

    /// <summary>Environment it was matched to.</summary>
    public string? Environment { get; init; }

    /// <summary>Container that it runs in; null outside of one.</summary>
    public string? ContainerId { get; init; }

    /// <summary>Kubernetes pod that it belongs to.</summary>
    public string? Pod { get; init; }

    /// <summary>Short name for people; null for the executable's.</summary>
    public string? FriendlyName { get; init; }

    /// <summary>Why it must not be captured now; null when it may. It gets a row with this reason.</summary>
    public string? Refusal { get; init; }

    /// <summary>Limits for this process alone; null for those of the snapshot.</summary>
    public CaptureLimits? Limits { get; init; }
}
