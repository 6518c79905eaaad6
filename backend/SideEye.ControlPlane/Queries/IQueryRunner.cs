using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>Answers the queries of panels, alerts and people from snapshot files.</summary>
/// <remarks>For any number of threads.</remarks>
public interface IQueryRunner
{
    /// <summary>Runs a query and sends its frames.</summary>
    /// <param name="request">What is asked. Which snapshot it means was decided by whoever calls.</param>
    /// <param name="subject">The snapshots that it may see, and no others.</param>
    /// <param name="sink">Takes the answer.</param>
    /// <param name="stop">Cancelled when nobody wants the answer any more.</param>
    /// <exception cref="StoreException">The query is wrong or reached a limit, or there is nothing to ask; for people.
    /// Frames that were sent before are not complete.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    Task<QueryOutcome> RunAsync(
        QueryRequest request, QuerySubject subject, IQuerySink sink, CancellationToken stop);

    /// <summary>Closes a file that was removed, as far as no query reads it.</summary>
    void Forget(string path);
}
