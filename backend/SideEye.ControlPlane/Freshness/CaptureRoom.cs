using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Freshness;

/// <summary>Where captures are made: each in its turn, listed on the shelf, and written in the audit log.</summary>
internal sealed class CaptureRoom(
    ISnapshotTaker taker, ISnapshotShelf shelf, ISpecsInForce specs, IAuditLog audit, CaptureCounts counts,
    FreshnessLimits limits, TimeProvider time)
{
    private readonly CaptureTurns turns = new(limits.CapturesMax, limits.CapturesWaitingMax);

    /// <summary>Captures what an order says.</summary>
    /// <exception cref="CaptureException">Nothing was captured.</exception>
    /// <exception cref="Store.StoreException">The file cannot be written.</exception>
    /// <exception cref="CatalogException">It cannot be listed.</exception>
    public async Task<KeptSnapshot> CaptureAsync(ManualOrder order, CancellationToken stop)
    {
        string id = Guid.CreateVersion7().ToString("N");
        string outcome = "done";
        counts.Run(1);
        try
        {
            using IDisposable turn = await turns.TakeAsync(CaptureSelection.Of(order), stop).ConfigureAwait(false);
            CaptureOrder capture = new()
            {
                SnapshotId = id,
                Spec = specs.Current,
                RequestedBy = order.RequestedBy,
                Program = order.Program,
                Environment = order.Environment,
                Agents = order.Agents,
                ProcessKeys = order.ProcessKeys,
                PauseMax = order.PauseMax,
            };
            TakenSnapshot taken = await taker.TakeAsync(capture, shelf.PathFor(id), stop).ConfigureAwait(false);
            counts.Taken(taken);
            return shelf.Add(capture, taken);
        }
        catch (OperationCanceledException)
        {
            outcome = "given up";
            throw;
        }
        catch (Exception e)
        {
            outcome = e.Message;
            counts.Failed();
            throw;
        }
        finally
        {
            counts.Run(-1);
            audit.Write(new AuditEntry
            {
                At = time.GetUtcNow(), Who = order.RequestedBy, Action = "capture", Subject = Words(id, order),
                Outcome = outcome,
            });
        }
    }

    private static string Words(string id, ManualOrder order)
    {
        string[] words =
        [
            id, order.Program is null ? "of all programs" : $"of program {order.Program}",
            .. order.Environment is null ? Array.Empty<string>() : [$"in environment {order.Environment}"],
            .. order.Agents.Count == 0 ? Array.Empty<string>() : [$"of {order.Agents.Count} agents"],
            .. order.ProcessKeys.Count == 0 ? Array.Empty<string>() : [$"of {order.ProcessKeys.Count} processes"],
        ];
        return string.Join(' ', words);
    }
}
