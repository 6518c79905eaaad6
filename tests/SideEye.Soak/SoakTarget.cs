using System.Globalization;
using SideEye.Host;
using SideEye.Host.Tests;
using SideEye.Target.Native;

namespace SideEye.Soak;

/// <summary>A process that is snapshotted over and over, and how that went.</summary>
internal sealed class SoakTarget(string name, GoProcess process)
{
    private const int FailuresShown = 20;
    private readonly List<ulong> pauses = [];

    /// <summary>Snapshots that were not as they should be.</summary>
    public int Failures { get; private set; }

    /// <summary>Snapshots taken.</summary>
    public int Snapshots => pauses.Count;

    /// <summary>Takes one snapshot and looks for anything wrong with it.</summary>
    public async Task SnapshotAsync()
    {
        if (!process.IsAlive)
        {
            Fail("has ended");
            return;
        }
        Captured captured = await Captured.TakeAsync([process]);
        if (captured.Outcomes[0].Result is not NativeSnapshotResult result)
        {
            Fail(captured.Outcomes[0].Error ?? "neither result nor error");
            return;
        }
        pauses.Add(result.PauseNs);
        if (captured.Outcomes[0].Error is string error)
            Fail(error);
        if (result.Truncated != 0)
            Fail($"truncated, {result.Late} goroutines missing");
        if (captured.Goroutines.Count == 0)
            Fail("no goroutines");
        foreach (IGrouping<long, CapturedGoroutine> twice in captured.Goroutines.GroupBy(g => g.Id).Where(g => g.Count() > 1))
            Fail($"goroutine {twice.Key} is there {twice.Count()} times");
        foreach (CapturedGoroutine goroutine in captured.Goroutines.Where(g => g.TruncatedReason is not null))
            Fail($"goroutine {goroutine.Id} ({goroutine.Status}): {goroutine.TruncatedReason}");
    }

    /// <summary>Counts, pauses and memory, on one line.</summary>
    public override string ToString()
    {
        ulong[] sorted = [.. pauses.Order()];
        string times = sorted.Length == 0 ? "no pause" : string.Create(CultureInfo.InvariantCulture,
            $"pause median {sorted[sorted.Length / 2] / 1e6:f2} max {sorted[^1] / 1e6:f2} ms");
        return $"{name} {Snapshots} snapshots {Failures} failed {times} {ResidentMemory.OfProcess(process.Pid) / 1024} MB";
    }

    private void Fail(string problem)
    {
        if (Failures++ < FailuresShown)
            Console.Error.WriteLine($"soak: {name}, snapshot {Snapshots}: {problem}");
    }
}
