using System.Globalization;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>
/// Rows and the links between them, as the two frames of a node graph: who waits for whom, who serves whom. Where a
/// link leads to many rows, the first stands for all of them and the edge says how many they are.
/// </summary>
internal sealed class NodeGraph(QueryContext context, SnapshotReader reader)
{
    private const int DefaultDepth = 3;

    private readonly GraphNodes nodes = new();
    private readonly GraphEdges edges = new();
    private long left;

    /// <summary>Reads and sends both frames, nodes first.</summary>
    public async Task<QueryOutcome> SendAsync()
    {
        string sql = "SELECT link_id FROM link_matches WHERE false";
        if (SnapshotTable.Of(reader, context.Stop).Any(table => table.Name == "link_matches"))
            sql = Read();
        else
            context.Notice("info", "empty", "This snapshot has no links; add links to the spec.");
        if (left > 0)
        {
            context.Notice("warning", "truncated", $"The graph is cut at {context.Limits.GraphNodesMax} nodes; "
                + $"{left} links to others are left out. Start from one goroutine.");
        }
        using FrameSender nodeSender = new(context);
        using FrameSender edgeSender = new(context);
        long rows = await nodeSender.SendAsync("nodes", GraphNodes.Columns, nodes.Rows()).ConfigureAwait(false);
        rows += await edgeSender.SendAsync("edges", GraphEdges.Columns, edges.Rows()).ConfigureAwait(false);
        return new QueryOutcome(sql, rows);
    }

    private string Read()
    {
        string sql = Sql();
        using QueryResult row = reader.Query(sql, context.LimitsLeft(), context.Stop);
        int links = 0;
        while (row.Read() && links++ < context.Limits.GraphLinksMax)
        {
            GraphRow from = RowAt(row, 4);
            GraphRow to = RowAt(row, 12);
            bool fits = nodes.Count + (nodes.Has(from) ? 0 : 1) + (nodes.Has(to) ? 0 : 1)
                <= context.Limits.GraphNodesMax;
            if (!fits)
            {
                left++;
                continue;
            }
            nodes.Add(from);
            nodes.Add(to);
            // A pair that is seen from both its ends is one edge, in the direction that the spec has.
            bool isForward = row.GetText(1) == "forward";
            edges.Add(row.GetInt64(0), isForward ? from.Id : to.Id, isForward ? to.Id : from.Id, row.GetInt64(2),
                row.IsNull(3) ? null : row.GetText(3));
        }
        return sql;
    }

    private string Sql()
    {
        string walk = IsStarted() ? Walk() : """
            SELECT link_id, direction, from_table, from_rowid, 0 AS steps FROM link_matches
            """;
        string max = (context.Limits.GraphLinksMax + 1).ToString(CultureInfo.InvariantCulture);
        string processes = $"{ProcessFilter.On(context, "m.process_id")} AND "
            + ProcessFilter.On(context, "m.example_process_id");
        return $"""
            WITH RECURSIVE walk AS ({walk}),
            goroutine AS (
                SELECT g.process_id, g.goroutine_id, g.waiting_for_ns, coalesce(g.wait_reason, g.status) AS state,
                       p.name
                FROM goroutines g
                LEFT JOIN (SELECT process_id, {ProcessFilter.Name} AS name FROM processes) p USING (process_id)
            )
            SELECT m.link_id, m.direction, m.match_count, l.description,
                   m.from_table, m.from_rowid, m.process_id, m.goroutine_id, m.frame_index,
                   a.name, a.state, a.waiting_for_ns,
                   m.to_table, m.example_rowid, m.example_process_id, m.example_goroutine_id, m.example_frame_index,
                   b.name, b.state, b.waiting_for_ns
            FROM (SELECT link_id, direction, from_table, from_rowid, min(steps) AS steps FROM walk GROUP BY ALL) w
            JOIN link_matches m USING (link_id, direction, from_table, from_rowid)
            JOIN links l USING (link_id)
            LEFT JOIN goroutine a ON a.process_id = m.process_id AND a.goroutine_id = m.goroutine_id
            LEFT JOIN goroutine b ON b.process_id = m.example_process_id AND b.goroutine_id = m.example_goroutine_id
            WHERE {processes}
            ORDER BY w.steps, m.match_count DESC, m.link_id, m.direction DESC, m.from_table, m.from_rowid
            LIMIT {max}
            """;
    }

    private bool IsStarted() =>
        context.Request.Links is { } links
        && (links.Table.Length > 0 || links.ProcessId != 0 || links.GoroutineId != 0);

    /// <summary>The links within reach of the rows to start from.</summary>
    private string Walk()
    {
        LinksQuery links = context.Request.Links;
        int depth = Math.Clamp(links.Depth == 0 ? DefaultDepth : links.Depth, 1, context.Limits.GraphDepthMax);
        List<string> start = ["true"];
        if (links.Table.Length > 0)
            start.Add($"lower(from_table) = lower({context.Filter(links.Table, "table")})");
        if (links.ProcessId != 0)
            start.Add(string.Create(CultureInfo.InvariantCulture, $"process_id = {links.ProcessId}"));
        if (links.GoroutineId != 0)
            start.Add(string.Create(CultureInfo.InvariantCulture, $"goroutine_id = {links.GoroutineId}"));
        return string.Create(CultureInfo.InvariantCulture, $"""
            SELECT link_id, direction, from_table, from_rowid, to_table, example_rowid, 1 AS steps
            FROM link_matches WHERE {string.Join(" AND ", start)}
            UNION
            SELECT m.link_id, m.direction, m.from_table, m.from_rowid, m.to_table, m.example_rowid, w.steps + 1
            FROM walk w JOIN link_matches m ON m.from_table = w.to_table AND m.from_rowid = w.example_rowid
            WHERE w.steps < {depth}
            """);
    }

    private static GraphRow RowAt(QueryResult row, int at) => new(
        row.GetText(at), row.GetInt64(at + 1), Number(row, at + 2), Number(row, at + 3), Number(row, at + 4),
        row.IsNull(at + 5) ? null : row.GetText(at + 5), row.IsNull(at + 6) ? null : row.GetText(at + 6),
        Number(row, at + 7));

    private static long? Number(QueryResult row, int column) => row.IsNull(column) ? null : row.GetInt64(column);
}

/// <summary>A row that links lead to or from.</summary>
internal sealed record GraphRow(
    string Table, long RowId, long? ProcessId, long? GoroutineId, long? FrameIndex, string? Process, string? State,
    long? WaitingForNs)
{
    /// <summary>Identity of the row in its snapshot.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Table}:{RowId}");
}
