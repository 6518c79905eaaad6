using SideEye.Store.Sql;

namespace SideEye.Store.Derivation;

/// <summary>Makes one derived table.</summary>
internal sealed class DerivedTableStep(
    SpecSql sql, StoredTables stored, DerivationRecord record, DerivationLimits limits)
{
    /// <summary>Makes the table, or says why not.</summary>
    public void Make(DerivedTable table)
    {
        try
        {
            if (stored.Has(table.Name))
            {
                throw new StoreException(StoreError.Sql,
                    "the file has a table or view of this name already; choose another name");
            }
            if (Select(table) is string select)
                Write(table, select);
        }
        catch (StoreException e)
        {
            record.Failed(table.Name, null, e.Message);
        }
    }

    /// <summary>Those of the statements that find their tables; null when none does and none need.</summary>
    private string? Select(DerivedTable table)
    {
        List<string> found = [];
        StoreException? missing = null;
        foreach (string text in table.Sql)
        {
            string select = SqlTokens.WithoutEnd(text);
            try
            {
                sql.RequireSelect(select);
                found.Add(select);
            }
            catch (StoreException e) when (SpecSql.IsMissingSource(e))
            {
                missing ??= e;
            }
            catch (StoreException e) when (table.Sql.Length > 1)
            {
                record.Failed(table.Name, null, e.Message);
            }
        }
        if (found.Count > 0)
        {
            return found.Count == 1 ? found[0]
                : string.Join("\nUNION ALL BY NAME\n", found.Select(each => $"(\n{each}\n)"));
        }
        return missing is null || table.IsOptional ? null : throw missing;
    }

    private void Write(DerivedTable table, string select)
    {
        string name = SqlTypes.Quote(table.Name);
        sql.RunLimited($"CREATE TABLE {name} AS (SELECT * FROM (\n{select}\n) LIMIT {limits.RowsMax + 1})");
        try
        {
            if ((long)sql.Rows($"SELECT count(*) FROM {name}")[0][0]! > limits.RowsMax)
            {
                throw new StoreException(StoreError.RowLimit,
                    $"has more than {limits.RowsMax} rows; add LIMIT, or aggregate");
            }
        }
        catch
        {
            sql.Run($"DROP TABLE {name}");
            throw;
        }
        if (table.Description is not null)
            sql.Run($"COMMENT ON TABLE {name} IS {SqlTypes.Literal(table.Description)}");
        stored.Changed(table.Name);
        record.Made(table, select);
    }
}
