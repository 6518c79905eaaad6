using Google.Protobuf;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Queries;

/// <summary>All that the answer to a query over one snapshot depends on.</summary>
/// <param name="Path">The snapshot's file.</param>
/// <param name="Stamp">Tells it from one that took its name since.</param>
/// <param name="Request">What is asked, as bytes.</param>
internal readonly record struct AnswerKey(string Path, long Stamp, ByteString Request)
{
    /// <summary>The key of a query; null when its answer is not one snapshot's.</summary>
    public static AnswerKey? Of(QueryRequest request, QuerySubject subject)
    {
        if (subject is not { Snapshot: { } snapshot, History.Count: 0 })
            return null;
        QueryRequest same = request.Clone();
        // Which snapshot is meant was decided, and who asks makes no difference, but that alerts want all rows.
        same.Snapshot = null;
        same.WaitMaxNs = 0;
        same.Caller = request.Caller?.Origin == Origin.Alert ? new Caller { Origin = Origin.Alert } : null;
        // Every panel has a time range of its own; only macros look at it.
        if (!request.Sql.Contains("$__time", StringComparison.Ordinal))
            (same.FromUnixNs, same.ToUnixNs) = (0, 0);
        return new AnswerKey(snapshot.Path, ReaderPool.StampOf(snapshot.Path), same.ToByteString());
    }
}
