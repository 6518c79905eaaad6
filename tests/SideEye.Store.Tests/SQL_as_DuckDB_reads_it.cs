using System.Text;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using SideEye.Store.Sql;
using static DuckDB.NET.Native.NativeMethods;

namespace SideEye.Store.Tests;

/// <summary>Random texts of all that a scanner of SQL may stumble over, read by us and by DuckDB.</summary>
public sealed partial class SQL_as_DuckDB_reads_it : IDisposable
{
    /// <summary>More with SIDEEYE_SQL_TEXTS.</summary>
    private static readonly int Texts = int.Parse(
        Environment.GetEnvironmentVariable("SIDEEYE_SQL_TEXTS") ?? "6000",
        System.Globalization.CultureInfo.InvariantCulture);

    private static readonly string[] Pieces =
    [
        "'", "'", "''", "\"", "\"\"", "--", "--", "/*", "*/", "/", "*", "-", "+", "|", "||", "->", "->>", "::", ":=",
        "//", "\r", "\n", "\r\n", " ", " ", "\t", "\f", "\v", "\u00a0", "\u2003", "\u200b", "\ufeff", "\u0085",
        "\u1680", "\u2028", "\u3000", "$", "$$", "$a$", "$ä$", "$1", "$_", "E'", "e'", "x'", "b'", "U&'", "U&\"",
        "n'", "\\", "\\'", "\\\\", "'\\''", "'\n'", "'--\r'", "UESCAPE ", ";", ";", ",", "(", ")", "[", "]", "{",
        "}", ".", "..", "1", "1e", "1e5", ".5", "1_0", "1_", "_", "0x1F", "a", "é", "😀", "?", "#1", "@", "%", "<",
        "=>", "!", "~", "`", "\u0001", "SELECT ", "SELECT 1", " SELECT 2 ", "EXPLAIN ", "explain analyze ",
        "FROM processes ", "AS ", "WHERE ", "DROP TABLE processes", "CREATE TEMP VIEW v AS SELECT 1",
        "CALL pragma_version()", "VALUES (1)", "UNION ",
    ];

    private readonly TemporaryFolder folder = new();
    private readonly DuckDBConnection connection;

    public SQL_as_DuckDB_reads_it()
    {
        string path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711).Write(path);
        connection = new DuckDBConnection($"Data Source={path}");
        connection.Open();
    }

    public void Dispose()
    {
        connection.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Is_one_query_whenever_it_may_run_and_the_one_that_was_written()
    {
        Random random = new(4711);
        int passed = 0;
        for (int round = 0; round < Texts; round++)
        {
            string sql = Text(random);
            ReviewedQuery? reviewed = Review(sql);
            string shown = $"{round}: {System.Text.Json.JsonSerializer.Serialize(sql)}";
            if (reviewed is null)
                continue;
            passed++;
            Assert.Equal(
                reviewed.Text.IsExplain ? DuckDBStatementType.Explain : DuckDBStatementType.Select,
                OnlyStatement(reviewed.Text.Run, shown));
            if (!reviewed.Text.IsExplain && !IsReadInItsOwnWay(sql))
                Assert.True(Tree(sql + "\n ") == Tree(reviewed.Text.Run), $"DuckDB reads otherwise {shown}");
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{passed} of {Texts} may run");
        Assert.InRange(passed, Texts / 50, Texts);
    }

    [Fact]
    public void Is_cut_into_the_same_statements()
    {
        Random random = new(815);
        for (int round = 0; round < Texts; round++)
        {
            string sql = Text(random);
            int count = SqlStatements.Count(connection, sql, out _);
            if (count == 0)
                continue;
            int ours = SqlTokens.Of(sql).Count(static token => token.Is(";"));
            Assert.True(ours + 1 >= count, $"{round}: {ours} semicolons for {count} statements: {sql}");
        }
    }

    /// <summary>DuckDB takes a wide space for a letter where nothing follows it and after a $, and arrows right before
    /// a comment for operators of some other kind: no more comes of either than of what we make of it.</summary>
    private static bool IsReadInItsOwnWay(string sql) =>
        (sql.Contains('$') && sql.Any(static c => c is '\u00a0' or > '\u1fff')) || Operators().IsMatch(sql);

    private static string Text(Random random)
    {
        StringBuilder text = new(random.Next(3) > 0 ? "SELECT 1 " : "");
        for (int left = random.Next(1, 14); left > 0; left--)
            text.Append(Pieces[random.Next(Pieces.Length)]);
        return text.ToString();
    }

    private ReviewedQuery? Review(string sql)
    {
        try
        {
            return StatementReview.Of(connection, sql, StoreLimits.ForReading);
        }
        catch (StoreException e)
        {
            Assert.Equal(StoreError.Sql, e.Error);
            return null;
        }
    }

    /// <summary>What DuckDB takes a text for; names that are not there are no matter.</summary>
    private DuckDBStatementType OnlyStatement(string sql, string shown)
    {
        int count = ExtractStatements.DuckDBExtractStatements(
            connection.NativeConnection, sql, out DuckDBExtractedStatements statements);
        using (statements)
        {
            Assert.True(count == 1, $"{count} statements in {shown}");
            _ = ExtractStatements.DuckDBPrepareExtractedStatement(
                connection.NativeConnection, statements, 0, out DuckDBPreparedStatement prepared);
            using (prepared)
            {
                // What it cannot bind has names that are not there, and did not run.
                DuckDBState ran = PreparedStatements.DuckDBExecutePrepared(prepared, out DuckDBResult result);
                DuckDBStatementType type = Query.DuckDBResultStatementType(result);
                Query.DuckDBDestroyResult(ref result);
                return ran == DuckDBState.Success ? type
                    : sql.TrimStart().StartsWith("explain", StringComparison.OrdinalIgnoreCase)
                        ? DuckDBStatementType.Explain : DuckDBStatementType.Select;
            }
        }
    }

    /// <summary>The tree that DuckDB makes of a text, without places.</summary>
    private string Tree(string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = "SELECT json_serialize_sql(CAST($1 AS VARCHAR))::VARCHAR";
        command.Parameters.Add(new DuckDBParameter(sql));
        return Place().Replace((string)command.ExecuteScalar()!, "");
    }

    [GeneratedRegex(@"(->>?|\*\*|//)(--|/\*)")]
    private static partial Regex Operators();

    [GeneratedRegex("\"query_location\":[0-9]+,?")]
    private static partial Regex Place();
}
