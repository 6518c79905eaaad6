namespace SideEye.Store.Tests;

/// <summary>Texts in which DuckDB could see more than whoever judges them, and what happens if it ever does.</summary>
public sealed class SQL_that_hides_statements : IDisposable
{
    private const string Settings = "SELECT name, value FROM duckdb_settings();";

    private readonly TemporaryFolder folder = new();
    private readonly string path;
    private readonly byte[] bytes;

    public SQL_that_hides_statements()
    {
        path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711).Write(path);
        bytes = File.ReadAllBytes(path);
    }

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Hidden =>
    [
        "--x\rSELECT name, value FROM duckdb_settings();\nEXPLAIN SELECT 1",
        "--x\rUSE memory; DETACH snapshot; ATTACH '{path}' AS snapshot; UPDATE snapshot.main.processes SET pid=31337; "
            + "CHECKPOINT snapshot; USE snapshot;\nEXPLAIN SELECT 1",
        "--x\rCREATE OR REPLACE TEMP VIEW processes AS SELECT 666 AS pid;\nEXPLAIN SELECT 1",
        "--x\rCALL enable_logging('QueryLog');\nEXPLAIN SELECT 1",
        "--x\rPRAGMA enable_profiling;\nEXPLAIN ANALYZE SELECT 1",
        "--x\rFROM processes;\nEXPLAIN SELECT 1", "--\r" + Settings + "--\n EXPLAIN SELECT 1",
        "SELECT 1 --x\r; " + Settings, "SELECT 1 --x\r\n; " + Settings,
        "/*/**/*/" + Settings + "\nEXPLAIN SELECT 1", "/*'*/" + Settings + "/*'*/EXPLAIN SELECT 1",
        "/*--*/" + Settings + "\nEXPLAIN SELECT 1", "//*x*/" + Settings + "/*\nEXPLAIN SELECT 1",
        "SELECT E'\\''; " + Settings + " --'", "SELECT E'a'\n'\\''; " + Settings + " --'",
        "SELECT 'a'\n'\\'; " + Settings + " --'", "SELECT E'a' /*\n*/ '\\'; " + Settings + " --'",
        "SELECT 1e'\\''; " + Settings + " --'", "SELECT $1$; " + Settings + " --$1$",
        "SELECT $a$ $b$a$; " + Settings, "SELECT $ä$ $ä$; " + Settings + " --$ä$",
        "SELECT a$b$; " + Settings + " --$b$",
        "SELECT U&'\\'; " + Settings + " --'", "SELECT x'00'; " + Settings, "SELECT b'0''1'; " + Settings,
        "SELECT \"a\"\"b\"; " + Settings, "SELECT 1 \u00a0; " + Settings,
        "\u00a0--\u2028\r" + Settings + "EXPLAIN SELECT 1",
        "\u0085" + Settings + "EXPLAIN SELECT 1", "\v" + Settings + "EXPLAIN SELECT 1",
        "SELECT 1\0; " + Settings, "SELECT 1 --\0\n; " + Settings, "EXPLAIN SELECT 1\0", "SELECT '\ud800'",
        ";" + Settings + "EXPLAIN SELECT 1", "EXPLAIN ;" + Settings, "EXPLAIN (ANALYZE) " + Settings,
        "EXPLAIN ANALYZE VERBOSE SELECT 1; " + Settings, "EXPLAIN ANALYZE DROP TABLE processes",
        "EXPLAIN --\rDROP TABLE processes", "SELECT 1) AS t; " + Settings + " SELECT * FROM (SELECT 1::HUGEINT",
        "SELECT 1::HUGEINT) AS result(c0); " + Settings + " SELECT * FROM (SELECT 1",
        // Macros that read what a text names, and functions that take SQL
        "SELECT * FROM histogram('duckdb_databases', path)", "SELECT * FROM histogram(duckdb_databases, path)",
        "SELECT * FROM histogram_values('duckdb_databases', path)", "FROM histogram('duckdb_logs', message)",
        "SELECT * FROM histogram(source := 'duckdb_databases', col_name := path)",
        "SELECT * FROM system.main.histogram('duckdb_databases', path)", "FROM duckdb_profiling_settings()",
        "FROM duckdb_logs_parsed('QueryLog')", "FROM summary('x')", "FROM truncate_duckdb_logs()",
        "SELECT json_serialize_plan('SELECT current_setting(''memory_limit'')', optimize := true)",
        "SELECT sleep_ms(100000)", "SELECT pg_sleep(100)", "SELECT setseed(0.5)", "SELECT bitstring('1', 2000000000)",
        "SELECT equi_width_bins(0, 1e9, 2000000000, true)", "SELECT system.main.json_serialize_plan('SELECT 1')",
    ];

    [Theory]
    [MemberData(nameof(Hidden))]
    public void Is_refused_and_changes_nothing(string sql)
    {
        sql = sql.Replace("{path}", path, StringComparison.Ordinal);
        using (SnapshotReader reader = SnapshotReader.Open(path))
        {
            Assert.Equal(StoreError.Sql, Assert.Throws<StoreException>(() => QueryText.Ask(reader, sql)).Error);
            Assert.Equal(StoreError.Sql, Assert.Throws<StoreException>(() => Batches(reader, sql)).Error);
            Assert.Equal(["4711"], QueryText.Ask(reader, "SELECT pid FROM processes"));
        }
        StoreException history = Assert.Throws<StoreException>(() =>
        {
            using SnapshotReader reader = SnapshotReader.OpenWithHistory(
                path, [], sql, StoreLimits.ForReading, TestContext.Current.CancellationToken);
            Batches(reader, sql);
        });
        Assert.Equal(StoreError.Sql, history.Error);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("SELECT \"")]
    [InlineData("SELECT '")]
    [InlineData("SELECT 1 AS \"a\"\", \"b\"")]
    [InlineData("SELECT $1")]
    [InlineData("SELECT ?")]
    [InlineData("SELECT pid FROM processes WHERE pid = $pid")]
    public void That_has_no_end_or_parameters_is_wrong(string sql)
    {
        Assert.False(SnapshotReader.MayNameHistory(sql));
        using SnapshotReader reader = SnapshotReader.Open(path);
        Assert.Equal(StoreError.Sql, Assert.Throws<StoreException>(() => QueryText.Ask(reader, sql)).Error);
        Assert.Equal(StoreError.Sql, Assert.Throws<StoreException>(() => Batches(reader, sql)).Error);
    }

    [Theory]
    [InlineData("SELECT pid FROM processes --c\rWHERE false", 0)]
    [InlineData("SELECT pid FROM processes --c\r\nWHERE false", 0)]
    [InlineData("SELECT pid FROM processes --c\nWHERE false", 0)]
    [InlineData("SELECT pid FROM processes --c WHERE false", 1)]
    [InlineData("SELECT pid //* c */ 2 FROM processes -- c", 1)]
    [InlineData("SELECT 'a'\n'b', E'\\'' --\r\n '\\'--' FROM processes;; --x", 1)]
    [InlineData(";;SELECT\u00a0pid\u3000FROM processes /* /* ; */ */;", 1)]
    [InlineData("SELECT [pid::HUGEINT] FROM processes --;\r;--", 1)]
    public void In_which_comments_end_where_they_do_for_DuckDB_is_answered(string sql, int rows)
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        Assert.Equal(rows, QueryText.Ask(reader, sql).Length);
        Assert.Equal(rows, Batches(reader, sql));
    }

    [Fact]
    public void Is_told_of_a_mistake_at_its_place_behind_comments()
    {
        StoreException e = Assert.Throws<StoreException>(
            () => QueryText.Ask(path, "/* a\n comment */\nEXPLAIN -- x\n SELECT pidd FROM processes"));
        Assert.Contains("LINE 4:  SELECT pidd FROM", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT pidd FROM processes", "LINE 1: SELECT pidd FROM processes\n               ^")]
    [InlineData("FROM processes\nWHERE pidd = 1", "LINE 2: WHERE pidd = 1\n              ^")]
    public void Is_told_of_a_mistake_at_its_place_in_batches_too(string sql, string shown)
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        StoreException e = Assert.Throws<StoreException>(() => Batches(reader, sql));
        Assert.Contains(shown, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("USE memory; DETACH snapshot; ATTACH '{path}' AS snapshot")]
    [InlineData("USE memory; DETACH snapshot; ATTACH '{path}' AS snapshot (READ_WRITE)")]
    [InlineData("USE memory; DETACH snapshot; ATTACH '{path}' AS snapshot (READ_ONLY)")]
    [InlineData("ATTACH '{path}' AS other")]
    [InlineData("ATTACH '{folder}/new.duckdb' AS other")]
    [InlineData("UPDATE snapshot.main.processes SET pid = 1")]
    [InlineData("COPY snapshot.main.processes TO '{path}'")]
    [InlineData("COPY (SELECT 1) TO '{folder}/stolen.csv'")]
    [InlineData("FROM read_blob('{path}')")]
    [InlineData("SET disabled_filesystems = ''")]
    [InlineData("SET enable_external_access = true")]
    [InlineData("SET lock_configuration = false")]
    public void Cannot_write_even_when_nobody_judges_it(string sql)
    {
        using (SnapshotReader reader = SnapshotReader.Open(path))
        {
            sql = sql.Replace("{path}", path, StringComparison.Ordinal)
                .Replace("{folder}", folder.FullName, StringComparison.Ordinal);
            Assert.Throws<StoreException>(() => Past(reader, sql));
        }
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.FullName));
    }

    [Theory]
    [InlineData("CREATE OR REPLACE TEMP VIEW processes AS SELECT 666 AS pid")]
    [InlineData("CREATE TEMP TABLE processes AS SELECT 666 AS pid")]
    [InlineData("CREATE TEMP MACRO pid() AS 666")]
    [InlineData("USE memory")]
    [InlineData("SET search_path = 'memory'", false)]
    [InlineData("PREPARE p AS SELECT 1")]
    [InlineData("BEGIN")]
    [InlineData("PRAGMA enable_profiling", false)]
    [InlineData("SET VARIABLE a = 666")]
    public void Leaves_nothing_to_the_next_one_even_when_nobody_judges_it(string sql, bool works = true)
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        if (works)
            Past(reader, sql);
        else
            Record.Exception(() => Past(reader, sql));
        Assert.True(reader.TryRenew());
        Assert.Equal(["4711 | UTC"], QueryText.Ask(reader, "SELECT pid, strftime(now(), '%Z') FROM processes"));
        Assert.Throws<StoreException>(() => QueryText.Ask(reader, "SELECT pid()"));
        Assert.True(reader.TryRenew());
    }

    [Theory]
    [InlineData("USE memory; DETACH snapshot; ATTACH ':memory:' AS snapshot")]
    [InlineData("USE memory; DETACH snapshot")]
    [InlineData("ATTACH ':memory:' AS other")]
    [InlineData("CALL enable_logging('QueryLog')")]
    public void Makes_a_reader_useless_for_the_next_one_when_it_changes_what_is_open(string sql)
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        Past(reader, sql);
        Assert.False(reader.TryRenew());
    }

    private static void Past(SnapshotReader reader, string sql)
    {
        using QueryResult result = reader.QueryOurs(
            sql, QueryLimits.None, TestContext.Current.CancellationToken);
        result.Read();
    }

    private static int Batches(SnapshotReader reader, string sql)
    {
        using BatchResult result = reader.QueryBatches(
            sql, QueryLimits.None, TestContext.Current.CancellationToken);
        int rows = 0;
        while (result.Next() is { } batch)
        {
            rows += batch.Length;
            batch.Dispose();
        }
        return rows;
    }
}
