using System.Collections.Immutable;

namespace SideEye.Cli.Stacks;

/// <summary>A process of a snapshot with its goroutines in groups, those of the runtime last.</summary>
internal sealed record SnapshotProcess
{
    public required int ProcessId { get; init; }

    public required int Pid { get; init; }

    /// <summary>What people call it: friendly name, program or executable, whichever is known first.</summary>
    public required string Name { get; init; }

    public string? GoVersion { get; init; }

    public long? PauseNs { get; init; }

    public required bool IsTruncated { get; init; }

    public string? Error { get; init; }

    /// <summary>Longest wait first, then the largest group.</summary>
    public ImmutableArray<GoroutineGroup> Groups { get; init; } = [];
}
