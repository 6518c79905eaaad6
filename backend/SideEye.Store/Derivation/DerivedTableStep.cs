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
            string[] selects = Possible(table, [.. table.Sql.Select(SqlTokens.WithoutEnd)]);
            // What can be made need not be looked at first, which takes as long as making a small table.
            if (selects.Length > 0 && !TryWrite(table, selects)
                && Found(table, Possible(table, selects)) is { Count: > 0 } found)
            {
                Write(table, Together(found));
            }
        }
        catch (StoreException e)
        {
            record.Failed(table.Name, null, e.Message);
        }
    }

    /// <summary>The statements without those that are known to lack a table, which nobody has to be told.</summary>
    private string[] Possible(DerivedTable table, string[] selects) => table.IsOptional
        ? [.. selects.Where(select => !MissingSources.Known.IsMissing(select, stored))] : selects;

    /// <summary>Makes the table of all statements, unless one of them is wrong or lacks its tables.</summary>
    private bool TryWrite(DerivedTable table, string[] selects)
    {
        if (!selects.All(sql.IsSelect))
            return false;
        try
        {
            Write(table, Together(selects));
            return true;
        }
        catch (StoreException e) when (SpecSql.IsAboutText(e))
        {
            if (selects.Length == 1)
                MissingSources.Known.Note(selects[0], e);
            return false;
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
        stored.Changed(table.Name);
        record.Made(table, select);
    }
}
