using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>Captured values as lines of a log.</summary>
internal static class CapturedLogs
{
    /// <summary>The view of all captured values, which files have whose spec captures something.</summary>
    private const string Values = "all_captured_data";

    /// <summary>The lines in the shape that Grafana's log panel wants: timestamp, body, id, labels.</summary>
    public static string Sql(QueryContext context, SnapshotReader reader)
    {
        if (!SnapshotTable.Of(reader, context.Stop).Any(table => table.Name == Values))
        {
            context.Notice("info", "empty", "This snapshot captured no variables; add functions to the spec.");
            return "SELECT now() AS timestamp, '' AS body, '' AS id, '{}'::JSON AS labels WHERE false";
        }
        string text = context.Request.TextFilter;
        string contains = text.Length == 0 ? "true"
            : $"contains(lower(v.value), lower({context.Filter(text, "text filter")}))";
        return $"""
            SELECT coalesce(p.captured_at, s.captured_at, TIMESTAMPTZ 'epoch') AS timestamp,
                   v.column_name || '=' || v.value AS body,
                   concat_ws(':', v.table_name, v.process_id, v.goroutine_id, v.frame_index, v.column_name) AS id,
                   json_object('table', v.table_name, 'column', v.column_name, 'process', p.name,
                       'process_id', v.process_id::VARCHAR, 'goroutine_id', v.goroutine_id::VARCHAR,
                       'frame_index', v.frame_index::VARCHAR, 'snapshot_id', s.snapshot_id) AS labels
            FROM {Values} v
            LEFT JOIN (SELECT process_id, captured_at, {ProcessFilter.Name} AS name FROM processes) p USING (process_id)
            CROSS JOIN (SELECT any_value(captured_at) AS captured_at, any_value(snapshot_id) AS snapshot_id
                FROM snapshots) s
            WHERE {ProcessFilter.On(context, "v.process_id")} AND {contains}
            ORDER BY v.process_id, v.goroutine_id, v.frame_index, v.table_name, v.column_name
            """;
    }
}
