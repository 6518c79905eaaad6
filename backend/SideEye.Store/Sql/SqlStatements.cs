using DuckDB.NET.Data;
using DuckDB.NET.Native;
using static DuckDB.NET.Native.NativeMethods;

namespace SideEye.Store.Sql;

/// <summary>What DuckDB finds in a text before it runs: how many statements, and what is wrong.</summary>
internal static class SqlStatements
{
    /// <summary>What is said of <c>$1</c> and <c>?</c>.</summary>
    public const string ParametersRefused = "parameters such as $1 and ? have no values here; write them out";

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

    /// <summary>Makes sure that all is there that one statement names.</summary>
    /// <exception cref="StoreException">It is not, or the statement has parameters; the message has DuckDB's words and
    /// the place.</exception>
    public static void RequireKnown(DuckDBConnection connection, string sql)
    {
        _ = PreparedStatements.DuckDBPrepare(
            connection.NativeConnection, sql, out DuckDBPreparedStatement prepared);
        using (prepared)
        {
            if (PreparedStatements.DuckDBPrepareError(prepared) is { Length: > 0 } problem)
                throw new StoreException(StoreError.Sql, problem.Trim());
            if (PreparedStatements.DuckDBParams(prepared) > 0)
                throw new StoreException(StoreError.Sql, ParametersRefused);
        }
    }
}
