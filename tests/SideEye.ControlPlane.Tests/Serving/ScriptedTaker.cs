using System.Collections.Concurrent;
using SideEye.ControlPlane.Capturing;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>Takes snapshots as a test says, without agents and files.</summary>
internal sealed class ScriptedTaker(TimeProvider time) : ISnapshotTaker
{
    private int running;

    /// <summary>What happens in a capture; by default it is done at once.</summary>
    public Func<CaptureOrder, CancellationToken, Task> OnTake { get; set; } = static (_, _) => Task.CompletedTask;

    public string? Error { get; set; }

    public bool IsTruncated { get; set; }

    public ConcurrentQueue<CaptureOrder> Orders { get; } = [];

    public int RunningMost { get; private set; }

    public async Task<TakenSnapshot> TakeAsync(CaptureOrder order, string path, CancellationToken stop)
    {
        lock (Orders)
            RunningMost = Math.Max(RunningMost, ++running);
        try
        {
            DateTimeOffset at = time.GetUtcNow();
            long start = time.GetTimestamp();
            Orders.Enqueue(order);
            await OnTake(order, stop);
            return new TakenSnapshot
            {
                SnapshotId = order.SnapshotId,
                CapturedAt = at,
                Duration = time.GetElapsedTime(start),
                FileBytes = 1000,
                SpecHash = "hash",
                Agents =
                [
                    new AgentOutcome("127.0.0.1:7461", "host-a", 1, 0, 10, TimeSpan.FromMilliseconds(1), 100, null),
                ],
                IsTruncated = IsTruncated,
                Error = Error,
                Warnings = [],
            };
        }
        finally
        {
            lock (Orders)
                running--;
        }
    }
}
