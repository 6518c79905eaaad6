namespace SideEye.Store.Derivation;

/// <summary>
/// The view of every captured value: one row for each that is not NULL, as text, whichever table and column holds it.
/// </summary>
internal static class CapturedValuesView
{
    /// <summary>The table that says which tables and columns were captured.</summary>
    private const string Registry = "function_tables";

    /// <summary>Creates the view anew when the file has captured values.</summary>
    public static void Write(
        SpecSql sql, StoredTables stored, IReadOnlyCollection<IdentityColumn> identity)
    {
        List<string> arms = [];
        string ids = string.Concat(identity.Select(each => SqlTypes.Quote(each.Name) + ", "));
        foreach (IGrouping<string, string> table in Captured(sql, stored, identity))
        {
            string names = string.Join(", ", table.Select(SqlTypes.Literal));
            string values = string.Join(", ", table.Select(column => $"CAST({SqlTypes.Quote(column)} AS VARCHAR)"));
            arms.Add($"SELECT * FROM (SELECT {SqlTypes.Literal(table.Key)}, {ids}unnest([{names}]), "
                + $"unnest([{values}]) AS value FROM {SqlTypes.Quote(table.Key)}) WHERE value IS NOT NULL");
        }
        if (arms.Count > 0)
            sql.RunTogether(Sql(identity, arms));
    }

    /// <summary>The statements that make the view anew.</summary>
    /// <param name="identity">Columns that identify a row of a captured table.</param>
    /// <param name="arms">A SELECT for each captured table.</param>
    public static string Sql(IReadOnlyCollection<IdentityColumn> identity, IEnumerable<string> arms)
    {
        string none = "SELECT CAST(NULL AS VARCHAR) AS table_name, "
            + string.Concat(identity.Select(each => $"CAST(NULL AS {each.Type}) AS {SqlTypes.Quote(each.Name)}, "))
            + "CAST(NULL AS VARCHAR) AS column_name, CAST(NULL AS VARCHAR) AS value WHERE false";
        return $"CREATE OR REPLACE VIEW all_captured_data AS {string.Join("\nUNION ALL\n", arms.Prepend(none))};"
            + "COMMENT ON VIEW all_captured_data IS 'Every captured value that is not NULL, as text, "
            + "of all function tables: for searching.';";
    }

    /// <summary>The captured columns by table, as far as the file has them.</summary>
    private static IEnumerable<IGrouping<string, string>> Captured(
        SpecSql sql, StoredTables stored, IReadOnlyCollection<IdentityColumn> identity)
    {
        if (stored.ColumnsOf(Registry).Count == 0)
            return [];
        return sql.Rows($"SELECT table_name, column_name FROM {Registry} WHERE NOT is_raw ORDER BY rowid")
            .Select(static row => (Table: (string)row[0]!, Column: (string)row[1]!))
            .Where(each => Has(stored, each.Table, each.Column)
                && identity.All(one => Has(stored, each.Table, one.Name)))
            .GroupBy(static each => each.Table, static each => each.Column);
    }

    private static bool Has(StoredTables stored, string table, string column) =>
        stored.ColumnsOf(table).Any(each => each.Name == column);
}
