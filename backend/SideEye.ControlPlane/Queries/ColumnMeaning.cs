using System.Collections.Frozen;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;
using SideEye.Tables;

namespace SideEye.ControlPlane.Queries;

/// <summary>What a column of a result is, as far as its name and type tell: unit, identity, description.</summary>
internal static class ColumnMeaning
{
    private static readonly FrozenDictionary<string, string> Descriptions = SnapshotSchema.Tables
        .Concat(CaptureSchema.Tables)
        .SelectMany(table => table.Value.FieldsList)
        .Where(field => field.HasMetadata && field.Metadata.ContainsKey(SnapshotSchema.CommentKey))
        .GroupBy(field => field.Name)
        // What several tables call the same and mean differently (truncated, error) is not explained.
        .Where(fields => fields.Select(field => field.Metadata[SnapshotSchema.CommentKey]).Distinct().Count() == 1)
        .ToFrozenDictionary(fields => fields.Key, fields => fields.First().Metadata[SnapshotSchema.CommentKey]);

    /// <summary>Describes a column.</summary>
    public static Column Of(BatchColumn column) => new()
    {
        Name = column.Name,
        Type = column.Type,
        Unit = UnitOf(column),
        Identity = IdentityOf(column.Name),
        Description = Descriptions.GetValueOrDefault(column.Name, ""),
    };

    private static string UnitOf(BatchColumn column)
    {
        if (column.Type.StartsWith("TIMESTAMP", StringComparison.Ordinal))
            return "time";
        if (column.Type is "VARCHAR" or "JSON" or "BOOLEAN")
            return "";
        string name = column.Name;
        return name.EndsWith("_ns", StringComparison.Ordinal) ? "ns"
            : name.EndsWith("_bytes", StringComparison.Ordinal) ? "bytes"
            : name.EndsWith("_percent", StringComparison.Ordinal) ? "percent"
            : name == "count" || name.EndsWith("_count", StringComparison.Ordinal) ? "count" : "";
    }

    private static string IdentityOf(string name) => name switch
    {
        "process_id" or "to_process_id" or "example_process_id" => "process",
        "snapshot_id" or "snapshots_snapshot_id" => "snapshot",
        "function" or "created_by" or "start_function" => "function",
        "table_name" or "from_table" or "to_table" => "table",
        _ => name.EndsWith("goroutine_id", StringComparison.Ordinal) ? "goroutine" : "",
    };
}
