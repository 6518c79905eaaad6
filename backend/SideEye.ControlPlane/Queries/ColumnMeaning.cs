using System.Collections.Frozen;
using SideEye.Protocol.ControlPlane;
using SideEye.Spec.Reading;
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

    /// <summary>Describes the columns of a result.</summary>
    /// <param name="columns">Its columns.</param>
    /// <param name="tables">The tables that its query names. A spec's tables mean what they like by a name, so columns
    /// are only explained where all tables are ours.</param>
    public static IEnumerable<Column> Of(IEnumerable<BatchColumn> columns, IReadOnlyCollection<string> tables)
    {
        bool isOurs = tables.Count > 0 && tables.All(BuiltInTables.Names.Contains);
        return columns.Select(column =>
        {
            Column meaning = Of(column);
            if (isOurs)
                meaning.Description = Descriptions.GetValueOrDefault(column.Name, "");
            return meaning;
        });
    }

    /// <summary>What a column is by its name and type.</summary>
    public static Column Of(BatchColumn column) => new()
    {
        Name = column.Name,
        Type = column.Type,
        Unit = UnitOf(column),
        Identity = IdentityOf(column.Name),
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
