using System.Globalization;

namespace SideEye.Soak;

/// <summary>A process that is snapshotted over and over, and how that goes.</summary>
internal sealed class SoakTarget(string name, int processId) : IAsyncDisposable
{
    private const int FailuresShown = 20;
    private readonly SnapshotLoop loop = SnapshotLoop.Start(processId);
    private readonly List<TimeSpan> pauses = [];
    private long resident;

    /// <summary>What went wrong, counted.</summary>
    public int Failures { get; private set; }

    /// <summary>VmRSS of its snapshotter in KiB when it was warm.</summary>
    public long WarmKiB { get; private set; }

    /// <summary>By how much its snapshotter has grown since.</summary>
    public long GrowthKiB => resident - WarmKiB;

    /// <summary>Takes in one snapshot after the other until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        const int snapshotsToWarm = 200;
        try
        {
            while (await loop.NextAsync(stop) is LoopedSnapshot snapshot)
            {
                lock (pauses)
                    pauses.Add(snapshot.Pause);
                resident = snapshot.ResidentKiB;
                if (pauses.Count <= snapshotsToWarm)
                    WarmKiB = resident;
                if (snapshot.Error is string error)
                    Fail($"snapshot {pauses.Count}: {error}");
                foreach (string fault in snapshot.Faults)
                    Fail($"snapshot {pauses.Count}: {fault} ({snapshot.Phases})");
            }
            (int exitCode, string errors) = await loop.EndAsync(stop);
            Fail($"the snapshotter ended with {exitCode}: {errors}");
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
        if (pauses.Count == 0)
            Fail("no snapshot was taken");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => loop.DisposeAsync();

    /// <summary>Counts, pauses and memory, on one line.</summary>
    public override string ToString()
    {
        TimeSpan[] sorted;
        lock (pauses)
            sorted = [.. pauses.Order()];
        string times = sorted.Length == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $", pause median {sorted[sorted.Length / 2].TotalMilliseconds:f2} "
            + $"max {sorted[^1].TotalMilliseconds:f2} ms");
        return $"{name}: {sorted.Length} snapshots, {Failures} failures{times}, "
            + $"{ResidentMemory.OfProcess(processId) / 1024} MB, snapshotter {resident / 1024} MB";
    }

    private void Fail(string problem)
    {
        if (Failures++ < FailuresShown)
            Console.Error.WriteLine($"soak: {name}, {problem}");
    }
}
