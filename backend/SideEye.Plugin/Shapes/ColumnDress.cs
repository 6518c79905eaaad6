using System.Text.Json.Nodes;
using SideEye.Grafana.Frames;
using SideEye.Protocol.ControlPlane;

namespace SideEye.Plugin.Shapes;

/// <summary>How columns look: unit, words, and where what they identify leads.</summary>
/// <param name="sourceUid">The data source, for links.</param>
/// <param name="sourceName">What people call it.</param>
/// <param name="snapshotId">The snapshot that answered; empty for none.</param>
/// <param name="limits">How long texts may be.</param>
internal sealed class ColumnDress(string sourceUid, string sourceName, string snapshotId, PluginLimits limits)
{
    private const string Value = "${__value.raw}";

    /// <summary>The configuration of a column; null where there is nothing to say.</summary>
    /// <param name="column">What it is.</param>
    /// <param name="columns">All columns of its frame.</param>
    internal FieldConfig? ConfigOf(Column column, IEnumerable<Column> columns)
    {
        string? sql = LinkSql(column, columns.Any(each => each.Name == "process_id"));
        string? unit = Unit(column);
        Thresholds? thresholds = AgeColors.Of(column);
        bool isNamed = column.DisplayName.Length > 0 && column.DisplayName != column.Name;
        if (sql is null && unit is null && !isNamed && column.Description.Length == 0)
            return null;
        return new FieldConfig
        {
            DisplayName = isNamed ? limits.Cut(column.DisplayName) : null,
            Description = column.Description.Length > 0 ? limits.Cut(column.Description) : null,
            Unit = unit,
            Thresholds = thresholds,
            Links = sql is null ? null : [Link(column, sql)],
        };
    }

    /// <summary>Grafana's names of our units; a time column shows itself.</summary>
    private static string? Unit(Column column) => column.Unit switch
    {
        "ns" => "ns",
        "bytes" => "bytes",
        "percent" => "percent",
        "count" => "short",
        _ => null,
    };

    /// <summary>What there is to see behind an identity, by SQL.</summary>
    private static string? LinkSql(Column column, bool hasProcess) => column.Identity switch
    {
        "goroutine" when hasProcess =>
            $"SELECT frame_index, function, file, line FROM frames WHERE goroutine_id = {Value} "
            + "AND process_id = ${__data.fields.process_id} ORDER BY frame_index",
        "process" => $"SELECT * FROM processes WHERE process_id = {Value}",
        "snapshot" => "SELECT * FROM goroutine_groups",
        "function" =>
            $"SELECT process_id, goroutine_id, frame_index, function, file, line FROM frames "
            + $"WHERE function = '{Value}'",
        "table" => $"SELECT * FROM \"{Value}\"",
        _ => null,
    };

    private DataLink Link(Column column, string sql)
    {
        JsonObject snapshot = column.Identity == "snapshot"
            ? new() { ["mode"] = "id", ["id"] = Value }
            : snapshotId.Length > 0 ? new() { ["mode"] = "id", ["id"] = snapshotId } : new() { ["mode"] = "latest" };
        JsonObject query = new()
        {
            ["kind"] = "sql", ["format"] = "table", ["sql"] = sql, ["snapshot"] = snapshot,
        };
        string title = column.Identity switch
        {
            "goroutine" => "Stack of this goroutine",
            "process" => "This process",
            "snapshot" => "This snapshot",
            "function" => "Goroutines in this function",
            _ => "This table",
        };
        return new DataLink(title, "") { Internal = new InternalLink(query, sourceUid, sourceName) };
    }
}
