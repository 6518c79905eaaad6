using Apache.Arrow;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.ControlPlane.Queries;

/// <summary>The frame of nodes: rows, each once.</summary>
internal sealed class GraphNodes
{
    private readonly Dictionary<string, GraphRow> rows = new(StringComparer.Ordinal);

    /// <summary>The columns, as Grafana's node graph panel wants them.</summary>
    public static IReadOnlyList<Column> Columns { get; } =
    [
        new Column { Name = "id", Type = "VARCHAR", Description = "The row: its table and rowid." },
        new Column { Name = "title", Type = "VARCHAR", Identity = "table", DisplayName = "Table" },
        new Column { Name = "subtitle", Type = "VARCHAR", DisplayName = "Process and goroutine" },
        new Column { Name = "mainstat", Type = "BIGINT", Unit = "ns", DisplayName = "Waiting for" },
        new Column { Name = "secondarystat", Type = "VARCHAR", DisplayName = "State" },
        new Column { Name = "detail__process_id", Type = "BIGINT", Identity = "process", DisplayName = "Process" },
        new Column
        {
            Name = "detail__goroutine_id", Type = "BIGINT", Identity = "goroutine", DisplayName = "Goroutine",
        },
        new Column { Name = "detail__frame_index", Type = "BIGINT", DisplayName = "Frame" },
    ];

    /// <summary>How many there are.</summary>
    public int Count => rows.Count;

    /// <summary>Whether the row is one of them.</summary>
    public bool Has(GraphRow row) => rows.ContainsKey(row.Id);

    /// <summary>Adds the row, if it is none of them yet.</summary>
    public void Add(GraphRow row) => rows.TryAdd(row.Id, row);

    /// <summary>All of them as rows.</summary>
    public RecordBatch Rows()
    {
        GraphRow[] all = [.. rows.Values];
        return new RecordBatch(
            ArrowColumns.Schema(Columns),
            [
                ArrowColumns.Texts(all.Select(row => row.Id)), ArrowColumns.Texts(all.Select(row => row.Table)),
                ArrowColumns.Texts(all.Select(Subtitle)), ArrowColumns.Numbers(all.Select(row => row.WaitingForNs)),
                ArrowColumns.Texts(all.Select(row => row.State)),
                ArrowColumns.Numbers(all.Select(row => row.ProcessId)),
                ArrowColumns.Numbers(all.Select(row => row.GoroutineId)),
                ArrowColumns.Numbers(all.Select(row => row.FrameIndex)),
            ],
            all.Length);
    }

    private static string? Subtitle(GraphRow row) => row.GoroutineId is null ? row.Process
        : $"{row.Process ?? $"process {row.ProcessId}"} goroutine {row.GoroutineId}";
}
