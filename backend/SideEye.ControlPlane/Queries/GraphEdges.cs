using Apache.Arrow;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.ControlPlane.Queries;

/// <summary>The frame of edges: links between two nodes, each once.</summary>
internal sealed class GraphEdges
{
    private readonly Dictionary<string, Edge> edges = new(StringComparer.Ordinal);

    /// <summary>The columns, as Grafana's node graph panel wants them.</summary>
    public static IReadOnlyList<Column> Columns { get; } =
    [
        new Column { Name = "id", Type = "VARCHAR" },
        new Column { Name = "source", Type = "VARCHAR" },
        new Column { Name = "target", Type = "VARCHAR" },
        new Column { Name = "mainstat", Type = "BIGINT", Unit = "count", DisplayName = "Rows" },
        new Column { Name = "secondarystat", Type = "VARCHAR", DisplayName = "Link" },
    ];

    /// <summary>Adds an edge; of one that is there already the larger count stays.</summary>
    public void Add(long linkId, string source, string target, long count, string? description)
    {
        string id = $"{linkId}:{source}:{target}";
        if (!edges.TryGetValue(id, out Edge? known) || known.Count < count)
            edges[id] = new Edge(id, source, target, count, description);
    }

    /// <summary>All of them as rows.</summary>
    public RecordBatch Rows()
    {
        Edge[] all = [.. edges.Values];
        return new RecordBatch(
            ArrowColumns.Schema(Columns),
            [
                ArrowColumns.Texts(all.Select(edge => edge.Id)), ArrowColumns.Texts(all.Select(edge => edge.Source)),
                ArrowColumns.Texts(all.Select(edge => edge.Target)),
                ArrowColumns.Numbers(all.Select(edge => (long?)edge.Count)),
                ArrowColumns.Texts(all.Select(edge => edge.Description)),
            ],
            all.Length);
    }

    private sealed record Edge(string Id, string Source, string Target, long Count, string? Description);
}
