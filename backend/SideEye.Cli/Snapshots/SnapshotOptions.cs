using SideEye.Capture;
using SideEye.Host;

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

    public required CaptureLimits Limits { get; init; }
}
