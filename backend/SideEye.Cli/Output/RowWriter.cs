using SideEye.Store;

namespace SideEye.Cli.Output;

/// <summary>Writes a query's rows in one format as they come.</summary>
internal abstract class RowWriter
{
    /// <summary>Writes all rows that are left in <paramref name="result"/>.</summary>
    public void WriteAll(QueryResult result)
    {
        Begin();
        while (result.Read())
            WriteRow(result);
        End();
    }

    protected abstract void Begin();

    protected abstract void WriteRow(QueryResult row);

    protected abstract void End();
}
