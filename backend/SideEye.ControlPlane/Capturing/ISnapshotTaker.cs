namespace SideEye.ControlPlane.Capturing;

/// <summary>Takes a snapshot over all agents that an order means.</summary>
public interface ISnapshotTaker
{
    /// <summary>
    /// Captures, derives and writes a complete snapshot file; until that moment there is no file of that name. An agent
    /// that fails, is slow or cannot be reached becomes a row with its error; the others' rows are there.
    /// </summary>
    /// <param name="order">What to capture.</param>
    /// <param name="path">The DuckDB file to write.</param>
    /// <param name="stop">Cancelled when nobody wants the snapshot any more: agents let go of what they prepared.
    /// </param>
    /// <exception cref="CaptureException">Nothing was captured; the message has the reasons, for people.</exception>
    /// <exception cref="Store.StoreException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    Task<TakenSnapshot> TakeAsync(CaptureOrder order, string path, CancellationToken stop);
}
