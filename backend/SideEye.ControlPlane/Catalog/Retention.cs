using Microsoft.Extensions.Logging;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Removes the snapshots that are over the limits, oldest first: now and then, and with every new one.
/// </summary>
public sealed partial class Retention : IAsyncDisposable
{
    private readonly SnapshotShelf shelf;
    private readonly RetentionLimits limits;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock checking = new();
    private readonly Task loop;

    private Retention(SnapshotShelf shelf, RetentionLimits limits, TimeProvider time, ILogger log)
    {
        this.shelf = shelf;
        this.limits = limits;
        this.time = time;
        this.log = log;
        shelf.Added += CheckAfter;
        loop = Task.Run(LoopAsync);
    }

    /// <summary>Begins.</summary>
    public static Retention Start(
        SnapshotShelf shelf, RetentionLimits limits, TimeProvider time, ILogger<Retention> log) =>
        new(shelf, limits, time, log);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        shelf.Added -= CheckAfter;
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            Check(spared: null);
            await Task.Delay(limits.CheckEvery, time, stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Whoever added a snapshot shall find it.</summary>
    private void CheckAfter(KeptSnapshot added) => Check(added);

    private void Check(KeptSnapshot? spared)
    {
        lock (checking)
        {
            foreach ((KeptSnapshot one, string reason) in RetentionChoice.Of(shelf.All, limits, time.GetUtcNow()))
            {
                if (one.SnapshotId != spared?.SnapshotId)
                    Remove(one, reason);
            }
        }
    }

    private void Remove(KeptSnapshot one, string reason)
    {
        try
        {
            if (shelf.RemoveUnpinned(one.SnapshotId))
                LogRemoved(one.SnapshotId, one.CapturedAt, one.FileBytes, reason);
        }
        catch (CatalogException e)
        {
            LogFailed(one.SnapshotId, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Removed snapshot {SnapshotId} of {CapturedAt:u}, {Bytes} bytes: {Reason}")]
    private partial void LogRemoved(string snapshotId, DateTimeOffset capturedAt, long bytes, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Snapshot {SnapshotId} cannot be removed: {Problem}")]
    private partial void LogFailed(string snapshotId, string problem);
}
