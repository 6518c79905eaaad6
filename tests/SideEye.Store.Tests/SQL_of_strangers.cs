namespace SideEye.Store.Tests;

/// <summary>Every way that DuckDB offers out of a snapshot file, tried.</summary>
public sealed class SQL_of_strangers : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string path;

    public SQL_of_strangers()
    {
        path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711).Write(path);
        new SnapshotBuilder().Snapshot("other").Write(folder.File("other.duckdb"));
        File.WriteAllText(folder.File("secret.csv"), "a,b\n1,2\n");
    }

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Escapes =>
    [
        // Files, read
        "SELECT * FROM '{dir}/secret.csv'", "FROM \"{dir}/secret.csv\"", "SELECT * FROM read_csv('{dir}/secret.csv')",
        "SELECT * FROM read_csv_auto('{dir}/secret.csv')", "SELECT * FROM sniff_csv('{dir}/secret.csv')",
        "SELECT * FROM read_text('{dir}/secret.csv')", "SELECT * FROM read_blob('{dir}/secret.csv')",
        "SELECT * FROM read_json('{dir}/secret.csv')", "SELECT * FROM read_json_objects('{dir}/secret.csv')",
        "SELECT * FROM read_ndjson('{dir}/secret.csv')", "SELECT * FROM glob('{dir}/*')",
        "SELECT * FROM parquet_scan('{dir}/secret.csv')", "SELECT * FROM read_parquet('{dir}/secret.csv')",
        "SELECT * FROM parquet_metadata('{dir}/secret.csv')", "SELECT * FROM parquet_schema('{dir}/secret.csv')",
        "SELECT * FROM read_duckdb('{dir}/other.duckdb')", "SELECT (SELECT content FROM read_text('/etc/passwd'))",
        "WITH t AS (FROM read_text('/etc/passwd')) SELECT * FROM t", "SUMMARIZE '{dir}/secret.csv'",
        "DESCRIBE FROM '{dir}/secret.csv'", "SELECT * FROM '/proc/self/environ'", "IMPORT DATABASE '{dir}'",
        "SELECT * FROM processes WHERE EXISTS (FROM read_text('/etc/passwd'))",
        "SELECT * FROM query('FROM read_text(''/etc/passwd'')')", "SELECT * FROM query_table('{dir}/secret.csv')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''/etc/passwd'')'))",
        "SELECT * FROM pragma_storage_info('processes')", "SELECT * FROM pragma_metadata_info('snapshot')",
        // Files, written
        "COPY processes TO '{dir}/stolen'", "COPY (SELECT 1) TO '/dev/stdout'", "EXPORT DATABASE '{dir}/stolen'",
        "COPY processes FROM '{dir}/secret.csv'", "COPY FROM DATABASE snapshot TO memory",
        "EXPLAIN ANALYZE COPY processes TO '{dir}/stolen'", "SELECT write_log('x')",
        "SELECT * FROM enable_logging(storage = 'file', storage_path = '{dir}/stolen')",
        "CALL enable_logging(storage = 'file', storage_path = '{dir}/stolen')",
        "SELECT * FROM enable_profiling(save_location = '{dir}/stolen')", "PRAGMA enable_profiling = 'json'",
        "PRAGMA profiling_output = '{dir}/stolen'", "SELECT * FROM checkpoint()", "SELECT * FROM force_checkpoint()",
        "CHECKPOINT", "FORCE CHECKPOINT", "VACUUM", "ANALYZE",
        // Network and extensions
        "SELECT * FROM 'http://127.0.0.1:9/a.csv'", "SELECT * FROM read_csv('https://127.0.0.1:9/a.csv')",
        "SELECT * FROM 's3://bucket/a.parquet'", "INSTALL httpfs", "LOAD httpfs", "FORCE INSTALL spatial",
        "INSTALL a FROM 'http://127.0.0.1:9'", "UPDATE EXTENSIONS", "LOAD '{dir}/a.duckdb_extension'",
        "CREATE SECRET (TYPE s3, KEY_ID 'a', SECRET 'b')", "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM which_secret('s3://a', 's3')",
        // Other databases and snapshots
        "ATTACH '{dir}/other.duckdb'", "ATTACH ':memory:' AS m", "DETACH snapshot", "USE memory", "USE temp",
        "SELECT * FROM other.processes", "SELECT * FROM past_0.processes", "SELECT * FROM history.processes",
        "SELECT * FROM '{dir}/other.duckdb'",
        // Changes
        "CREATE TABLE t (a INTEGER)", "CREATE TEMP TABLE t (a INTEGER)", "CREATE TABLE memory.t (a INTEGER)",
        "CREATE VIEW v AS SELECT 1", "CREATE OR REPLACE TEMP VIEW processes AS SELECT 1", "CREATE MACRO m(a) AS a",
        "CREATE TEMP MACRO count(a) AS a", "CREATE SEQUENCE s", "CREATE SCHEMA s", "CREATE TYPE t AS ENUM ('a')",
        "INSERT INTO processes VALUES (1)", "UPDATE processes SET pid = 1", "DELETE FROM processes",
        "TRUNCATE processes", "DROP TABLE processes", "ALTER TABLE processes ADD COLUMN a INTEGER",
        "COMMENT ON TABLE processes IS 'x'", "MERGE INTO processes USING (SELECT 1) ON true WHEN MATCHED THEN DELETE",
        "WITH t AS (DELETE FROM processes RETURNING *) SELECT * FROM t",
        "EXPLAIN ANALYZE CREATE TABLE memory.t (a INT)",
        // Settings, state and what they tell
        "SET memory_limit = '64GB'", "SET GLOBAL threads = 64", "RESET memory_limit",
        "SET enable_external_access = true",
        "SET lock_configuration = false", "PRAGMA memory_limit = '64GB'", "SET VARIABLE a = 1",
        "SELECT getvariable('a')",
        "SELECT getenv('HOME')", "SELECT current_setting('secret_directory')", "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_databases()", "FROM duckdb_databases", "FROM pragma_database_list",
        "PRAGMA database_list",
        "SELECT * FROM duckdb_extensions()", "SELECT * FROM duckdb_temporary_files()", "SELECT * FROM duckdb_logs()",
        "SELECT * FROM duckdb_variables()", "SELECT * FROM duckdb_prepared_statements()", "SELECT * FROM pg_settings",
        "SELECT * FROM pg_catalog.pg_settings", "SELECT * FROM duckdb_memory()", "CALL pragma_version()",
        "SELECT * FROM enable_peg_parser()", "SELECT * FROM test_all_types()", "SELECT * FROM arrow_scan(1, 2, 3)",
        "SELECT * FROM seq_scan()", "SELECT * FROM sql_auto_complete('SELECT * FROM ''{dir}/')",
        // Statements within and beside statements
        "BEGIN", "COMMIT", "ROLLBACK", "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p",
        "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE processes", ";;", "", "-- nothing",
        "SELECT 1 /* ; */; ATTACH '{dir}/other.duckdb'", "EXPLAIN SELECT 1; SELECT 2", "EXPLAIN EXPLAIN SELECT 1",
        // More than there is
        "SELECT repeat('x', 4000000000)", "SELECT length(rpad('x', 2000000000, 'x'))", "SELECT len(range(2000000000))",
        "SELECT len(generate_series(1, 2000000000))", "SELECT len(list_resize([1], 2000000000))",
        "SELECT repeat(repeat(repeat('x', 10000), 10000), 10000)", "SELECT 'x'.repeat(4000000000)",
        "SELECT system.main.repeat('x', 4000000000)", "SELECT repeat('x', (SELECT 4000000000))",
        "SELECT unnest(range(2000000000))", "SELECT printf('%2000000000d', 1)", "SELECT format('{:>2000000000}', 1)",
        "SELECT bar(1, 0, 1, 2000000000)",
    ];

    [Theory]
    [MemberData(nameof(Escapes))]
    public void Reach_nothing_but_the_snapshot_and_leave_it_as_it_was(string sql)
    {
        string[] files = Files();
        using SnapshotReader reader = SnapshotReader.Open(path);
        sql = sql.Replace("{dir}", folder.FullName, StringComparison.Ordinal);
        StoreException plain = Assert.Throws<StoreException>(() => QueryText.Ask(reader, sql));
        Assert.Equal(StoreError.Sql, plain.Error);
        StoreException batches = Assert.Throws<StoreException>(() => Batches(reader, sql, QueryLimits.None));
        Assert.Equal(StoreError.Sql, batches.Error);
        Assert.Equal(["1"], QueryText.Ask(reader, "SELECT count(*) FROM processes"));
        Assert.Equal(files, Files());
    }

    [Theory]
    [InlineData("SELECT count(*) FROM range(1000000000000000000) a WHERE a.range % 3 = 7")]
    [InlineData("SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = -1")]
    [InlineData("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n % 10 + 1 FROM t) SELECT count(*) FROM t")]
    [InlineData("SELECT range FROM range(1000000000000000000)")]
    public void Without_end_are_ended_and_leave_nothing_running(string sql)
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        QueryLimits limits = new() { TimeMax = TimeSpan.FromMilliseconds(300) };
        StoreException e = Assert.Throws<StoreException>(() => Batches(reader, sql, limits));
        Assert.Contains(e.Error, new[] { StoreError.TimeLimit, StoreError.OutOfMemory });
        Assert.Equal(["1"], QueryText.Ask(reader, "SELECT count(*) FROM processes"));
    }

    [Fact]
    public void A_number_beyond_DOUBLE_is_told_as_one()
    {
        StoreException refused = Assert.Throws<StoreException>(() => QueryText.Ask(path, "SELECT 1e400::DOUBLE"));
        Assert.Contains("too large for DOUBLE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void That_grow_beyond_what_DuckDB_counts_are_ended()
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        QueryLimits limits = new() { TimeMax = TimeSpan.FromSeconds(60), GrowthBytesMax = 256 << 20 };
        StoreException e = Assert.Throws<StoreException>(() => Batches(reader, """
            WITH RECURSIVE t(n, l) AS (
                SELECT 1, [1, 2, 3, 4]::BIGINT[]
                UNION ALL SELECT n + 1, CASE WHEN n < 22 THEN list_concat(l, l) ELSE l END FROM t)
            SELECT n, len(l) FROM t
            """, limits));
        Assert.Equal(StoreError.OutOfMemory, e.Error);
        Assert.Equal(["1"], QueryText.Ask(reader, "SELECT count(*) FROM processes"));
    }

    [Fact]
    public void That_is_cancelled_in_the_middle_of_its_rows_ends()
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        using CancellationTokenSource stop = new();
        using (BatchResult result = reader.QueryBatches("FROM range(1000000000000)", QueryLimits.None, stop.Token))
        {
            using Apache.Arrow.RecordBatch? first = result.Next();
            Assert.NotNull(first);
            stop.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() =>
            {
                while (result.Next() is { } batch)
                    batch.Dispose();
            });
        }
        Assert.Equal(["1"], QueryText.Ask(reader, "SELECT count(*) FROM processes"));
    }

    [Theory]
    [InlineData("(", ")", 20_000)]
    [InlineData("[", "]", 20_000)]
    [InlineData("-", "", 40_000)]
    [InlineData("NOT ", "", 20_000)]
    [InlineData("(SELECT ", ")", 5_000)]
    [InlineData("SELECT 1 UNION ALL ", "", 5_000)]
    [InlineData("1+", "", 40_000)]
    [InlineData("CASE WHEN true THEN ", " END", 3_000)]
    public void That_are_deep_are_an_error_and_no_crash(string before, string after, int times)
    {
        string deep = string.Concat(Enumerable.Repeat(before, times)) + "1"
            + string.Concat(Enumerable.Repeat(after, times));
        string sql = before.StartsWith("SELECT", StringComparison.Ordinal)
            ? deep[..^1] + "SELECT 1" : "SELECT " + deep;
        using SnapshotReader reader = SnapshotReader.Open(path);
        StoreException e = Assert.Throws<StoreException>(() => QueryText.Ask(reader, sql));
        Assert.Equal(StoreError.Sql, e.Error);
    }

    [Theory]
    [InlineData("SELECT pid FROM processes")]
    [InlineData("FROM processes SELECT pid")]
    [InlineData("WITH p AS (SELECT pid FROM processes) SELECT * FROM p;")]
    [InlineData("VALUES (4711) -- a comment")]
    [InlineData("SELECT pid FROM snapshot.main.processes ORDER BY 1")]
    [InlineData("SELECT 4711 FROM (SHOW TABLES) LIMIT 1")]
    [InlineData("SELECT length(lpad('7', 4, '0')) * 0 + 4711 FROM range(1)")]
    [InlineData("SELECT 4711 FROM unnest(range(1))")]
    [InlineData("SELECT \"4711\" FROM (PIVOT processes ON pid IN (4711) USING any_value(pid))")]
    public void That_only_ask_are_answered(string sql) => Assert.Equal(["4711"], QueryText.Ask(path, sql));

    [Fact]
    public void May_describe_summarize_and_explain()
    {
        Assert.NotEmpty(QueryText.Ask(path, "SHOW TABLES"));
        Assert.NotEmpty(QueryText.Ask(path, "DESCRIBE processes"));
        Assert.NotEmpty(QueryText.Ask(path, "SUMMARIZE processes"));
        Assert.NotEmpty(QueryText.Ask(path, "EXPLAIN SELECT * FROM processes"));
        Assert.NotEmpty(QueryText.Ask(path, "EXPLAIN ANALYZE SELECT * FROM processes"));
        using SnapshotReader reader = SnapshotReader.Open(path);
        string[] all = ["SHOW TABLES", "DESCRIBE processes", "SUMMARIZE processes", "EXPLAIN FROM processes"];
        foreach (string sql in all)
            Assert.NotEqual(0, Batches(reader, sql, QueryLimits.None));
    }

    [Fact]
    public void Keep_their_order_when_columns_are_converted()
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        using BatchResult result = reader.QueryBatches(
            "SELECT range::HUGEINT AS n, [range] AS n FROM range(5000) ORDER BY range DESC", QueryLimits.None,
            TestContext.Current.CancellationToken);
        Assert.Equal(["n", "n"], result.Columns.Select(column => column.Name));
        Assert.Equal(["DOUBLE", "JSON"], result.Columns.Select(column => column.Type));
        double expected = 4999;
        while (result.Next() is { } batch)
        {
            using (batch)
            {
                foreach (double? value in (Apache.Arrow.DoubleArray)batch.Column(0))
                    Assert.Equal(expected--, value);
                string list = ((Apache.Arrow.StringArray)batch.Column(1)).GetString(0);
                Assert.Equal($"[{(long)expected + batch.Length}]", list);
            }
        }
        Assert.Equal(-1, expected);
    }

    private string[] Files() => [.. Directory.GetFileSystemEntries(folder.FullName).Order(StringComparer.Ordinal)];

    private static long Batches(SnapshotReader reader, string sql, QueryLimits limits)
    {
        using BatchResult result = reader.QueryBatches(sql, limits, TestContext.Current.CancellationToken);
        long rows = 0;
        while (result.Next() is { } batch)
        {
            rows += batch.Length;
            batch.Dispose();
        }
        return rows;
    }
}
