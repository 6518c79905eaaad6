using System.Collections.Immutable;
using SideEye.Tables;

namespace SideEye.Cli.Stacks;

/// <summary>Goroutines of a process with the same stack, status and wait reason: a row of goroutine_groups.</summary>
internal sealed record GoroutineGroup
{
    public required int ProcessId { get; init; }

    public required long Count { get; init; }

    public string? Status { get; init; }

    public string? WaitReason { get; init; }

    /// <summary>The longest known wait in nanoseconds: a lower bound, whose is said by
    /// <see cref="LongestWaitingSource"/>.</summary>
    public long? LongestWaitingNs { get; init; }

    public string? LongestWaitingSource { get; init; }

    /// <summary>The goroutine that waits longest.</summary>
    public required long ExampleGoroutineId { get; init; }

    public string? CreatedBy { get; init; }

    public string? CreatedAtFile { get; init; }

    public int? CreatedAtLine { get; init; }

    public required bool IsSystem { get; init; }

    public required bool IsTruncated { get; init; }

    /// <summary>Innermost first; empty when no stack could be read.</summary>
    public ImmutableArray<StackFrameRow> Frames { get; init; } = [];
}
