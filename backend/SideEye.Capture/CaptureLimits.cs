namespace SideEye.Capture;

/// <summary>
/// Bounds on what one snapshot takes from a target. Reaching one is visible in the rows: <c>truncated</c> and its
/// reason.
/// </summary>
public sealed record CaptureLimits
{
    /// <summary>The limits used unless told otherwise.</summary>
    public static readonly CaptureLimits Default = new();

    /// <summary>Frames of one stack, inlined calls included; the innermost are kept.</summary>
    public int StackFramesMax { get; init; } = 512;

    /// <summary>Bytes copied of one goroutine's stack, from its stack pointer up.</summary>
    public long StackBytesMax { get; init; } = 1 << 20;

    /// <summary>Goroutines of one process, the oldest entries of runtime.allgs first.</summary>
    public long GoroutinesMax { get; init; } = 2_000_000;

    /// <summary>Bytes copied from one process in one snapshot.</summary>
    public long OutputBytesMax { get; init; } = 2L << 30;

    /// <summary>Longest pause; the snapshot is cut short rather than the target held.</summary>
    public TimeSpan PauseMax { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest sum of pauses of one snapshot, tries that did not stop all threads included: no try is begun
    /// that could exceed it.</summary>
    public TimeSpan PauseSumMax { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long getting ready may take before the first freeze: processes whose turn comes later than that
    /// are left out. One is always got ready.</summary>
    public TimeSpan PrepareMax { get; init; } = TimeSpan.MaxValue;

    /// <summary>Freezes tried when a busy host does not let all threads stop in time.</summary>
    public int FreezeAttemptsMax { get; init; } = 5;
}
