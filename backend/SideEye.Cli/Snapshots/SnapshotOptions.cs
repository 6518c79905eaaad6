using SideEye.Capture;
using SideEye.Host;
using SideEye.Spec.Model;

namespace SideEye.Cli.Snapshots;

/// <summary>What the user asked <c>sideeye snapshot</c> for.</summary>
internal sealed record SnapshotOptions
{
    public required int[] Pids { get; init; }

    public string? Name { get; init; }

    public string? File { get; init; }

    public ReaderChoice Reader { get; init; }

    public TimeSpan Watch { get; init; }

    public bool AsJson { get; init; }

    /// <summary>The variables to capture and what to derive from them.</summary>
    public required CaptureSpec Spec { get; init; }

    public required CaptureLimits Limits { get; init; }
}
