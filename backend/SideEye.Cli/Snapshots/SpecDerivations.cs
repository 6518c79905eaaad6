using System.Collections.Immutable;
using SideEye.Capture.Schema;
using SideEye.Spec.Model;
using SideEye.Store;
using SideEye.Store.Derivation;

namespace SideEye.Cli.Snapshots;

/// <summary>What a spec asks to be computed from captured tables, in the words of the store.</summary>
internal static class SpecDerivations
{
    /// <summary>The derivations of a spec.</summary>
    /// <param name="spec">A merged spec.</param>
    /// <param name="tables">The function tables of the file, by function; a function of the spec that is not among
    /// them has no table, and its extra columns no place.</param>
    public static DerivationSpec Of(CaptureSpec spec, IReadOnlyDictionary<string, string> tables) => new()
    {
        Identity = [.. CaptureSchema.Identity.Select(each => new IdentityColumn(each.Key, each.Value))],
        ExtraColumns =
        [
            .. spec.Functions.Where(function => function.Columns.Length > 0)
                .SelectMany(function => TablesOf(function, tables).Select(table => new ExtraColumns(table,
                    [.. function.Columns.Select(column => new ExtraColumn(column.Name, column.Sql, column.Type))]))),
        ],
        Tables =
        [
            .. spec.Tables.Select(table => new DerivedTable(
                table.Name, [.. table.Sources.Select(source => source.Sql)], table.Description, table.IsOptional)),
        ],
        Links = [.. spec.Links.Select(Link)],
    };

    /// <summary>The function tables that a file says it has, by function.</summary>
    /// <exception cref="StoreException">The file is damaged.</exception>
    public static IReadOnlyDictionary<string, string> TablesIn(SnapshotReader reader, CancellationToken stop)
    {
        Dictionary<string, string> tables = [];
        if (!SnapshotTable.Of(reader, stop).Any(table => table.Name == CaptureSchema.FunctionTablesTable))
            return tables;
        using QueryResult rows = reader.Query(
            $"SELECT DISTINCT function, table_name FROM {CaptureSchema.FunctionTablesTable}", QueryLimits.None, stop);
        while (rows.Read())
            tables.TryAdd(rows.GetText(0), rows.GetText(1));
        return tables;
    }

    /// <summary>Processes of different builds may have captured the function under different names of it.</summary>
    private static ImmutableArray<string> TablesOf(
        FunctionSpec function, IReadOnlyDictionary<string, string> tables) =>
    [
        .. function.Names.Select(name => tables.GetValueOrDefault(name)).OfType<string>()
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private static TableLink Link(LinkSpec link) =>
        new(new LinkedColumns(link.From.Table, link.From.Columns), new LinkedColumns(link.To.Table, link.To.Columns),
            link.Description, link.IsOptional);
}
