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
            string[] selects = [.. table.Sql.Select(SqlTokens.WithoutEnd)];
            if (table.IsOptional)
                selects = [.. selects.Where(select => !MissingSources.Known.IsMissing(select, stored))];
            if (selects.Length == 0 && table.IsOptional)
                return;
            // What can be made need not be looked at first, which takes as long as making a small table.
            if (TryWrite(table, selects) is { } problem
                && !(table.IsOptional && selects.Length == 1 && SpecSql.IsMissingSource(problem))
                && Found(table, selects) is { Count: > 0 } found)
            {
                Write(table, Together(found));
            }
        }
        catch (StoreException e)
        {
            record.Failed(table.Name, null, e.Message);
        }
    }

    /// <summary>Makes the table of all statements, unless one of them is wrong or lacks its tables.</summary>
    /// <returns>Why it was not made; null when it was.</returns>
    private StoreException? TryWrite(DerivedTable table, string[] selects)
    {
        if (!selects.All(sql.IsSelect))
            return new StoreException(StoreError.Sql, "not every statement is a SELECT");
        try
        {
            Write(table, Together(selects));
            return null;
        }
        catch (StoreException e) when (SpecSql.IsAboutText(e))
        {
            if (selects.Length == 1)
                MissingSources.Known.Note(selects[0], e);
            return e;
        }
    }

    /// <summary>Those of the statements that find their tables; none when no one does and none need.</summary>
    private List<string> Found(DerivedTable table, string[] selects)
    {
        List<string> found = [];
        StoreException? missing = null;
        foreach (string select in selects)
        {
            try
            {
                sql.RequireSelect(select);
                found.Add(select);
            }
            catch (StoreException e) when (SpecSql.IsMissingSource(e))
            {
                MissingSources.Known.Note(select, e);
                missing ??= e;
            }
            catch (StoreException e) when (selects.Length > 1)
            {
                record.Failed(table.Name, null, e.Message);
            }
        }
        return found.Count > 0 || missing is null || table.IsOptional ? found : throw missing;
    }

    private static string Together(IReadOnlyList<string> selects) => selects.Count == 1 ? selects[0]
        : string.Join("\nUNION ALL BY NAME\n", selects.Select(each => $"(\n{each}\n)"));

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
