using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving.Answering;

/// <summary>How many queries of each kind came to what end.</summary>
/// <remarks>For any number of threads.</remarks>
public sealed class QueryCounts
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<(string Kind, string Outcome), long> counts = [];
    private int running;

    /// <summary>Queries that are running or wait.</summary>
    public int Running => Volatile.Read(ref running);

    /// <summary>Ended queries by kind and outcome: <c>answered</c>, <c>cancelled</c> or <c>failed</c>.</summary>
    public IReadOnlyList<(string Kind, string Outcome, long Count)> Ended
    {
        get
        {
            lock (gate)
                return [.. counts.Select(static one => (one.Key.Kind, one.Key.Outcome, one.Value))];
        }
    }

    /// <summary>A query begins.</summary>
    /// <returns>How many run by now.</returns>
    internal int Begin() => Interlocked.Increment(ref running);

    /// <summary>A query has ended.</summary>
    internal void End(QueryKind kind, string outcome)
    {
        Interlocked.Decrement(ref running);
        string name = Enum.IsDefined(kind) ? kind.ToString() : "Unknown";
        (string, string) key = (name.ToLowerInvariant(), outcome);
        lock (gate)
            counts[key] = counts.GetValueOrDefault(key) + 1;
    }
}
