using System.Collections.Immutable;
using SideEye.Capture.Schema;
using SideEye.Spec.Model;
using SideEye.Store.Derivation;

namespace SideEye.Cli.Specs;

/// <summary>What a spec derives from captured tables, in the store's words.</summary>
internal static class SpecDerivations
{
    /// <summary>The extra columns, derived tables and links of a merged spec.</summary>
    public static DerivationSpec Of(CaptureSpec spec) => new()
    {
        Identity = [.. CaptureSchema.Identity.Select(static one => new IdentityColumn(one.Key, one.Value))],
        ExtraColumns = [.. spec.Functions.Where(static function => !function.Columns.IsEmpty).Select(ColumnsOf)],
        Tables = [.. spec.Tables.Select(TableOf)],
        Links = [.. spec.Links.Select(LinkOf)],
    };

    private static ExtraColumns ColumnsOf(FunctionSpec function)
    {
        ImmutableArray<ExtraColumn> columns =
            [.. function.Columns.Select(static column => new ExtraColumn(column.Name, column.Sql, column.Type))];
        return new ExtraColumns(function.Table ?? function.Function, columns);
    }

    private static DerivedTable TableOf(TableSpec table) => new(
        table.Name, [.. table.Sources.Select(static source => source.Sql)], table.Description, table.IsOptional);

    private static TableLink LinkOf(LinkSpec link) => new(
        new LinkedColumns(link.From.Table, link.From.Columns), new LinkedColumns(link.To.Table, link.To.Columns),
        link.Description, link.IsOptional);
}
