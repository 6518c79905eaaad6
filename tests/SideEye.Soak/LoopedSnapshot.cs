using System.Globalization;
using SideEye.Capture;
using SideEye.Host.Tests;
using SideEye.Target.Native;

namespace SideEye.Soak;

/// <summary>One snapshot, in what matters to whoever takes thousands of them.</summary>
public sealed record LoopedSnapshot
{
    /// <summary>Why there is none, or what is missing; null when all is there.</summary>
    public string? Error { get; init; }

    /// <summary>Everything that is wrong with what was captured; empty as it should be.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Goroutines captured.</summary>
    public int Goroutines { get; init; }

    /// <summary>Whether extra columns, tables and links were derived.</summary>
    public bool IsDerived { get; init; }

    /// <summary>What the query of a <see cref="CapturingLoop"/> said; else empty.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];

    /// <summary>Those with a frame whose function contains the name that was looked for.</summary>
    public int Matching { get; init; }

    /// <summary>How long the target was paused.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>What the pause was made of.</summary>
    public string Phases { get; init; } = "";

    /// <summary>VmRSS of the snapshotter, in KiB.</summary>
    public long ResidentKiB { get; init; }

    /// <summary>Whether nothing is wrong and nothing missing.</summary>
    public bool IsWhole => Error is null && Faults.Count == 0;

    internal static LoopedSnapshot Of(Captured captured, string function)
    {
        NativeSnapshotResult result = captured.Outcomes[0].Result ?? default;
        return new LoopedSnapshot
        {
            Error = captured.Outcomes[0].Error,
            Faults = captured.Outcomes[0].Result is null ? [] : [.. FaultsOf(captured)],
            Goroutines = captured.Goroutines.Count,
            Matching = captured.Goroutines.Count(goroutine => goroutine.Frames.Any(
                frame => frame.Function.Contains(function, StringComparison.Ordinal))),
            Pause = TimeSpan.FromTicks((long)result.PauseNs / TimeSpan.NanosecondsPerTick),
            Phases = string.Create(CultureInfo.InvariantCulture,
                $"stop {result.StopNs / 1e6:f2} trigger {result.TriggerNs / 1e6:f2} read {result.ReadNs / 1e6:f2} "
                + $"follow {result.FollowNs / 1e6:f2} resume {result.ResumeNs / 1e6:f2} ms, {result.Threads} threads, "
                + $"{result.Workers} workers"),
            ResidentKiB = ResidentMemory.OfProcess(Environment.ProcessId),
        };
    }

    private static IEnumerable<string> FaultsOf(Captured captured)
    {
        if (TruncationText.Of(captured.Result) is string cut)
            yield return cut;
        if (captured.Goroutines.Count == 0)
            yield return "no goroutines";
        foreach (IGrouping<long, CapturedGoroutine> same in captured.Goroutines.GroupBy(goroutine => goroutine.Id))
        {
            if (same.Count() > 1)
                yield return $"goroutine {same.Key} is there {same.Count()} times";
        }
        foreach (CapturedGoroutine goroutine in captured.Goroutines.Where(g => g.TruncatedReason is not null))
            yield return $"goroutine {goroutine.Id} ({goroutine.Status}): {goroutine.TruncatedReason}";
    }
}
