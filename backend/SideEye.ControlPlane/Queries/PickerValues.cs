using System.Collections.Immutable;
using System.Globalization;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>Names for pickers, as text and value: processes, tables, columns, and values of a column.</summary>
internal static class PickerValues
{
    /// <summary>The query for what is asked.</summary>
    /// <exception cref="StoreException">What is asked is not known, or the snapshot lacks the table or
    /// column.</exception>
    public static string Sql(QueryContext context, SnapshotReader reader)
    {
        VariablesQuery query = context.Request.Variables ?? new VariablesQuery();
        string max = context.Limits.VariablesMax.ToString(CultureInfo.InvariantCulture);
        string sql = query.What switch
        {
            "processes" => $"SELECT DISTINCT {ProcessFilter.Name} AS text, text AS value FROM processes "
                + $"WHERE {ProcessFilter.On(context, "process_id")} ORDER BY 1",
            "tables" => Listed(Tables(context, reader).Select(table => table.Name)),
            "columns" => Listed(Table(context, reader, query.Table).Columns.Select(column => column.Name)),
            "values" => Values(context, Table(context, reader, query.Table), query.Column),
            _ => throw new StoreException(StoreError.Sql, $"there is no list of {Shown(query.What)}; there are "
                + "programs, environments, processes, tables, columns, values and snapshots"),
        };
        return $"SELECT text, value FROM ({sql}) LIMIT {max}";
    }

    private static ImmutableArray<SnapshotTable> Tables(QueryContext context, SnapshotReader reader) =>
        SnapshotTable.Of(reader, context.Stop);

    private static SnapshotTable Table(QueryContext context, SnapshotReader reader, string name)
    {
        foreach (SnapshotTable table in Tables(context, reader))
        {
            if (table.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return table;
        }
        throw new StoreException(StoreError.Sql, $"the snapshot has no table {Shown(name)}");
    }

    private static string Values(QueryContext context, SnapshotTable table, string name)
    {
        SnapshotColumn column = table.Columns
            .FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new StoreException(StoreError.Sql, $"the table {table.Name} has no column {Shown(name)}");
        string processes = table.Columns.Any(each => each.Name == "process_id")
            ? ProcessFilter.On(context, "process_id") : "true";
        string quoted = SqlText.Name(column.Name);
        return $"SELECT DISTINCT CAST({quoted} AS VARCHAR) AS text, text AS value, {quoted} AS sorted "
            + $"FROM {SqlText.Name(table.Name)} WHERE {quoted} IS NOT NULL AND {processes} ORDER BY sorted";
    }

    private static string Listed(IEnumerable<string> names)
    {
        string rows = string.Join(", ", names.Select((name, index) => $"({index}, {SqlText.Literal(name)})"));
        return rows.Length == 0 ? "SELECT '' AS text, '' AS value WHERE false"
            : $"SELECT text, text AS value FROM (VALUES {rows}) AS names(place, text) ORDER BY place";
    }

    private static string Shown(string name) => name.Length switch
    {
        0 => "(none given)",
        > 100 => name[..100] + "...",
        _ => name,
    };
}
