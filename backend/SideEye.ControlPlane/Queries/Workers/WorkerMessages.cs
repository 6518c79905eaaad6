using SideEye.ControlPlane.Capturing;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries.Workers;

/// <summary>Queries and what becomes of them, as messages between a control plane and its workers.</summary>
internal static class WorkerMessages
{
    private const string Defect = "?";

    /// <summary>The order to run a query.</summary>
    public static WorkerOrder Order(QueryRequest request, QuerySubject subject)
    {
        WorkerQuery query = new() { Request = request };
        if (subject.Snapshot is { } snapshot)
            query.Snapshot = Of(snapshot);
        query.History.AddRange(subject.History.Select(Of));
        return new WorkerOrder { Query = query };
    }

    /// <summary>What a query may see.</summary>
    public static QuerySubject Subject(WorkerQuery query) => new()
    {
        Snapshot = query.Snapshot is null ? null : Of(query.Snapshot), History = [.. query.History.Select(Of)],
    };

    /// <summary>That a query failed.</summary>
    public static WorkerAnswer Failure(Exception e) => new()
    {
        Failure = e switch
        {
            StoreException store => new WorkerFailure { Error = store.Error.ToString(), Message = e.Message },
            OperationCanceledException => new WorkerFailure(),
            _ => new WorkerFailure { Error = Defect, Message = $"{e.GetType().Name}: {e.Message}" },
        },
    };

    /// <summary>The failure as an exception.</summary>
    /// <param name="failure">What the worker said.</param>
    /// <param name="stop">The token whose cancellation ended the query, if that did.</param>
    public static Exception Exception(WorkerFailure failure, CancellationToken stop) =>
        failure.Error.Length == 0 ? new OperationCanceledException("The query was cancelled.", stop)
        : Enum.TryParse(failure.Error, out StoreError error) ? new StoreException(error, failure.Message)
        : new InvalidOperationException(failure.Message);

    private static WorkerSnapshot Of(SnapshotRef snapshot) => new()
    {
        SnapshotId = snapshot.SnapshotId, Path = snapshot.Path,
        CapturedAtUnixNs = UnixTime.Nanoseconds(snapshot.CapturedAt), Program = snapshot.Program ?? "",
        Environment = snapshot.Environment ?? "",
    };

    private static SnapshotRef Of(WorkerSnapshot snapshot) => new(
        snapshot.SnapshotId, snapshot.Path, UnixTime.Of(snapshot.CapturedAtUnixNs),
        snapshot.Program.Length == 0 ? null : snapshot.Program,
        snapshot.Environment.Length == 0 ? null : snapshot.Environment);
}
