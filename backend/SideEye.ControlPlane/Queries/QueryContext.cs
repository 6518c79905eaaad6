using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>One query on its way: what is asked of what, and where the answer goes.</summary>
internal sealed record QueryContext(
    QueryRequest Request, QuerySubject Subject, QueryRunnerLimits Limits, IQuerySink Sink, CancellationToken Stop)
{
    private readonly long startedAt = TimeProvider.System.GetTimestamp();

    /// <summary>Whether a frame was begun: from then on the query cannot start anew.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Rows that a frame may have.</summary>
    public long RowsMax => Math.Min(Request.RowsMax > 0 ? Request.RowsMax : Limits.RowsDefault, Limits.RowsMax);

    /// <summary>The snapshot with plain names.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public SnapshotRef Snapshot => Subject.Snapshot ?? throw new StoreException(StoreError.NoSuchFile,
        "there is no snapshot to ask; take one, or choose a time range and program that have one");

    /// <summary>The time that is left for the next step. Rows are counted where they are sent.</summary>
    /// <exception cref="StoreException">None is left.</exception>
    public QueryLimits LimitsLeft()
    {
        TimeSpan left = Limits.TimeMax - TimeProvider.System.GetElapsedTime(startedAt);
        return left > TimeSpan.Zero
            ? new QueryLimits { TimeMax = left, GrowthBytesMax = Limits.GrowthBytesMax }
            : throw new StoreException(StoreError.TimeLimit,
                $"the query took longer than {Limits.TimeMax.TotalSeconds:0.###} s; make it smaller");
    }

    /// <summary>Tells people something about the answer.</summary>
    public void Notice(string severity, string kind, string text) =>
        Sink.Notice(new Notice { Severity = severity, Kind = kind, Text = text });

    /// <summary>A filter as an SQL literal.</summary>
    /// <exception cref="StoreException">It is too long.</exception>
    public string Filter(string text, string what) => text.Length <= Limits.FilterCharactersMax
        ? SqlText.Literal(text)
        : throw new StoreException(StoreError.Sql,
            $"the {what} has {text.Length} characters, more than {Limits.FilterCharactersMax}");
}
