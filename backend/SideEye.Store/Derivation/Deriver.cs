using DuckDB.NET.Data;

namespace SideEye.Store.Derivation;

/// <summary>
/// Computes what a <see cref="DerivationSpec"/> asks for, in a file that nobody else sees yet, after removing what an
/// earlier one left. Runs in autocommit: an error of the spec's SQL would end a transaction around it.
/// </summary>
internal sealed class Deriver
{
    private const string StackTops = "stack_tops";
    private readonly SpecSql sql;
    private readonly StoredTables stored;
    private readonly DerivationSpec spec;
    private readonly DerivationLimits limits;
    private readonly DerivationRecord record;

    private Deriver(SpecSql sql, StoredNames? begun, DerivationSpec spec, DerivationLimits limits)
    {
        this.sql = sql;
        stored = new StoredTables(sql, begun);
        this.spec = spec;
        this.limits = limits;
        record = new DerivationRecord(sql);
    }

    /// <summary>Derives. The connection is locked afterwards: nothing can be set or opened with it.</summary>
    /// <param name="connection">To the file.</param>
    /// <param name="file">Where it is.</param>
    /// <param name="begun">What a file has that has <see cref="DerivationTables"/> with the spec's identity, and in
    /// which nothing is derived yet; null for any other.</param>
    /// <param name="spec">What to derive.</param>
    /// <param name="limits">What that may take.</param>
    /// <param name="stop">Cancels it.</param>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static DerivationOutcome Run(
        DuckDBConnection connection, string file, StoredNames? begun, DerivationSpec spec, DerivationLimits limits,
        CancellationToken stop)
    {
        Deriver deriver = new(new SpecSql(connection, file, limits, stop), begun, spec, limits);
        if (begun is null)
        {
            RemoveOld(deriver.sql);
            deriver.sql.RunTogether(DerivationTables.Sql(spec.Identity));
        }
        return deriver.Derive();
    }

    private DerivationOutcome Derive()
    {
        foreach (DerivationError missing in spec.Missing)
            record.Failed(missing.Table, missing.Column, missing.Message);
        LinkStep links = new(sql, stored, record, limits, spec.Identity);
        ExtraColumnStep columns = new(sql, stored, record, limits);
        foreach (ExtraColumns extra in spec.ExtraColumns)
        {
            if (stored.ColumnsOf(extra.Table).Count > 0)
                columns.Add(extra);
        }
        CapturedValuesView.Write(sql, stored, spec.Identity);
        DerivedTableStep tables = new(sql, stored, record, limits);
        bool isComputed = ComputeOnce(StackTops);
        foreach (DerivedTable table in spec.Tables.Take(limits.TablesMax))
            tables.Make(table);
        if (isComputed)
            sql.Run($"DROP TABLE temp.{StackTops}");
        foreach (DerivedTable table in spec.Tables.Skip(limits.TablesMax))
            record.Failed(table.Name, null, $"there are more than {limits.TablesMax} derived tables");
        int id = 0;
        foreach (TableLink link in spec.Links)
        {
            if (++id <= limits.LinksMax)
                links.Match(id, link);
            else
                record.Linked(id, link, null, $"there are more than {limits.LinksMax} links");
        }
        links.WriteView();
        record.Write();
        return record.Outcome;
    }

    /// <summary>
    /// Computes a view into a temporary table, which goes before it by its plain name: most derived tables say by it
    /// what code a row is of, and each would compute it anew.
    /// </summary>
    /// <returns>False when there is no such table: what asks for it computes the view.</returns>
    private bool ComputeOnce(string view)
    {
        if (spec.Tables.IsEmpty || !stored.Has(view))
            return false;
        try
        {
            sql.RunLimited($"CREATE TEMP TABLE {view} AS FROM main.{view}");
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private static void RemoveOld(SpecSql sql)
    {
        StoredTables old = new(sql);
        sql.Run("DROP VIEW IF EXISTS linked_rows; DROP VIEW IF EXISTS all_captured_data");
        if (old.ColumnsOf("derived_tables").Count > 0)
        {
            foreach (object?[] row in sql.Rows("SELECT table_name FROM derived_tables"))
                sql.Run($"DROP TABLE IF EXISTS {SqlTypes.Quote((string)row[0]!)}");
        }
        if (old.ColumnsOf("derived_columns").Count > 0)
        {
            foreach (object?[] row in sql.Rows(
                "SELECT table_name, column_name FROM derived_columns ORDER BY rowid DESC"))
            {
                sql.Run($"ALTER TABLE {SqlTypes.Quote((string)row[0]!)} "
                    + $"DROP COLUMN IF EXISTS {SqlTypes.Quote((string)row[1]!)}");
            }
        }
        sql.RunTogether("""
            DROP TABLE IF EXISTS derived_errors;
            DROP TABLE IF EXISTS derived_tables;
            DROP TABLE IF EXISTS derived_columns;
            DROP TABLE IF EXISTS links;
            DROP TABLE IF EXISTS link_matches;
            """);
    }
}
