using System.Collections.Immutable;
using SideEye.Tables;
using SideEye.Spec.Model;
using SideEye.Store;
using SideEye.Store.Derivation;

namespace SideEye.ControlPlane.Capturing;

/// <summary>What a spec derives from captured tables, in the store's words.</summary>
public static class SpecDerivations
{
    /// <summary>The columns that identify a row of a function table.</summary>
    public static ImmutableArray<IdentityColumn> Identity { get; } =
        [.. CaptureSchema.Identity.Select(static one => new IdentityColumn(one.Key, one.Value))];

    /// <summary>The extra columns, derived tables and links of a merged spec.</summary>
    public static DerivationSpec Of(CaptureSpec spec) => Of(spec, ImmutableDictionary<string, string>.Empty);

    /// <summary>The same for a file that is there already.</summary>
    /// <param name="spec">A merged spec.</param>
    /// <param name="tables">The file's function tables, by function: the spec that captured them may have named them
    /// otherwise.</param>
    public static DerivationSpec Of(CaptureSpec spec, IReadOnlyDictionary<string, string> tables) => new()
    {
        Identity = Identity,
        ExtraColumns =
        [
            .. spec.Functions.Where(static function => !function.Columns.IsEmpty)
                .Select(function => ColumnsOf(function, tables)),
        ],
        Tables = [.. spec.Tables.Select(TableOf)],
        Links = [.. spec.Links.Select(LinkOf)],
    };

    /// <summary>The function tables that a file says it has, by function.</summary>
    /// <exception cref="StoreException">The file is damaged.</exception>
    public static IReadOnlyDictionary<string, string> TablesIn(SnapshotReader reader, CancellationToken stop)
    {
        Dictionary<string, string> tables = [];
        if (!SnapshotTable.Of(reader, stop).Any(static table => table.Name == CaptureSchema.FunctionTablesTable))
            return tables;
        using QueryResult rows = reader.Query(
            $"SELECT DISTINCT function, table_name FROM {CaptureSchema.FunctionTablesTable}", QueryLimits.None, stop);
        while (rows.Read())
            tables.TryAdd(rows.GetText(0), rows.GetText(1));
        return tables;
    }

    private static ExtraColumns ColumnsOf(FunctionSpec function, IReadOnlyDictionary<string, string> tables)
    {
        ImmutableArray<ExtraColumn> columns =
            [.. function.Columns.Select(static column => new ExtraColumn(column.Name, column.Sql, column.Type))];
        return new ExtraColumns(TableOf(function, tables) ?? function.Table ?? function.Function, columns);
    }

    /// <summary>The table that a file says it has of a function; null when it says nothing of it.</summary>
    internal static string? TableOf(FunctionSpec function, IReadOnlyDictionary<string, string> tables) =>
        function.Names.Select(name => tables.GetValueOrDefault(name)).FirstOrDefault(static name => name is not null);

    private static DerivedTable TableOf(TableSpec table) => new(
        table.Name, [.. table.Sources.Select(static source => source.Sql)], table.Description, table.IsOptional);

    private static TableLink LinkOf(LinkSpec link) => new(
        new LinkedColumns(link.From.Table, link.From.Columns), new LinkedColumns(link.To.Table, link.To.Columns),
        link.Description, link.IsOptional);
}
