using DuckDB.NET.Data;
using DuckDB.NET.Native;
using static DuckDB.NET.Native.NativeMethods;

namespace SideEye.Store.Sql;

/// <summary>How many statements DuckDB's parser finds in a text.</summary>
internal static class SqlStatements
{
    /// <summary>Statements in the SQL; 0 when it does not parse, and <paramref name="problem"/> says why.</summary>
    public static int Count(DuckDBConnection connection, string sql, out string? problem)
    {
        int count = ExtractStatements.DuckDBExtractStatements(
            connection.NativeConnection, sql, out DuckDBExtractedStatements statements);
        using (statements)
        {
            problem = count == 0 ? ExtractStatements.DuckDBExtractStatementsError(statements)?.Trim() : null;
            problem = problem is "" ? null : problem;
            return count;
        }
    }

    /// <summary>Makes sure that there is one.</summary>
    /// <exception cref="StoreException">There is none or more than one, or it does not parse.</exception>
    public static void RequireOne(DuckDBConnection connection, string sql)
    {
        int count = Count(connection, sql, out string? problem);
        if (count == 0)
            throw new StoreException(StoreError.Sql, problem ?? "the SQL is empty");
        if (count > 1)
            throw new StoreException(StoreError.Sql, $"one SELECT at a time; there are {count} statements");
    }
}
