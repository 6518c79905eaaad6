using System.Collections.Immutable;
using System.Diagnostics;
using SideEye.Store.Derivation;
using SideEye.Store.Export;

namespace SideEye.Store.Tests;

public sealed class Exporting_a_snapshot : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string path;
    private readonly string sqlite;

    public Exporting_a_snapshot()
    {
        path = folder.File("a.duckdb");
        sqlite = folder.File("a.sqlite");
        new CapturedTables()
            .Table("serve", "client VARCHAR, big UBIGINT, ok BOOLEAN, ratio DOUBLE, req JSON",
                [1, 10L, 0, "a\"'\n", ulong.MaxValue, true, double.NaN, """{"u":"/x"}"""],
                [1, 11L, 0, null, 9UL, false, 0.5, null], [2, 20L, 1, "", null, null, double.PositiveInfinity, "[1]"])
            .Table("sqlite_odd/name", "v BIGINT", [2, 20L, 2, 5L])
            .Write(path, new DerivationSpec
            {
                ExtraColumns =
                [
                    new ExtraColumns("serve",
                        [new ExtraColumn("since", "(SELECT captured_at FROM snapshots)", null),
                        new ExtraColumn("parts", "[client, NULL]", null)]),
                ],
                Tables = [new DerivedTable("oldest", ["SELECT client FROM serve"], "The oldest.")],
                Links = [new TableLink(new LinkedColumns("serve", ["goroutine_id"]),
                    new LinkedColumns("goroutines", ["goroutine_id"]), null)],
            });
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Stock_sqlite3_counts_the_same_rows_in_every_table_and_view()
    {
        ExportOutcome outcome = ToSqlite();
        Assert.Empty(outcome.LeftOut);
        Assert.Contains("frames", outcome.Views);
        using SnapshotReader reader = SnapshotReader.Open(path);
        ImmutableArray<SnapshotTable> tables = SnapshotTable.Of(reader, TestContext.Current.CancellationToken);
        Assert.Equal(tables.Select(table => table.Name).Order(), outcome.Tables.Concat(outcome.Views).Order());
        foreach (SnapshotTable table in tables)
        {
            string name = table.Name.StartsWith("sqlite_", StringComparison.Ordinal) ? "_" + table.Name : table.Name;
            Assert.Equal($"{table.Name} " + table.CountRows(
                    reader, QueryLimits.None, TestContext.Current.CancellationToken),
                $"{table.Name} " + Sqlite($"SELECT count(*) FROM \"{name}\""));
        }
        Assert.Equal("ok", Sqlite("PRAGMA integrity_check"));
    }

    [Fact]
    public void Values_keep_their_meaning()
    {
        ToSqlite();
        Assert.Equal("""
            'a"''⏎'|'18446744073709551615'|1|'NaN'|'{"u":"/x"}'|'2026-03-14T15:09:26.535000Z'|'["a\"''\n",null]'
            NULL|9|0|0.5|NULL|'2026-03-14T15:09:26.535000Z'|'[null,null]'
            ''|NULL|NULL|Inf|'[1]'|'2026-03-14T15:09:26.535000Z'|'["",null]'
            """.Replace('⏎', '\n').Replace("Inf", Sqlite("SELECT quote(9e999)")),
            Sqlite("SELECT quote(client), quote(big), quote(ok), quote(ratio), quote(req), quote(since), quote(parts) "
                + "FROM serve ORDER BY goroutine_id"));
        Assert.Equal("serve|The frames of main.serve, one row for each, with the captured expressions.",
            Sqlite("SELECT table_name, comment FROM table_comments "
                + "WHERE table_name = 'serve' AND column_name IS NULL"));
        Assert.Equal("10\n11", Sqlite("""
            SELECT g.goroutine_id FROM link_matches m JOIN goroutines g ON g.rowid = m.example_rowid
            WHERE m.from_table = 'serve' AND m.process_id = 1 ORDER BY 1
            """));
    }

    [Fact]
    public void An_SQLite_file_is_replaced_and_any_other_file_is_not()
    {
        ToSqlite();
        ToSqlite();
        File.WriteAllText(sqlite, "somebody's notes, and nothing that we may touch");
        StoreException e = Assert.Throws<StoreException>(ToSqlite);
        Assert.Equal(StoreError.NotWritable, e.Error);
        Assert.Equal(["a.duckdb", "a.sqlite"], folder.Names());
        using SnapshotReader reader = SnapshotReader.Open(path);
        Assert.Throws<StoreException>(
            () => SqliteExport.Write(reader, path, ExportLimits.Default, TestContext.Current.CancellationToken));
        Assert.Equal(["3"], QueryText.Ask(reader, "SELECT count(*) FROM serve"));
    }

    [Fact]
    public void A_view_beyond_its_limit_is_left_out_and_said_so()
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        ExportOutcome outcome = SqliteExport.Write(
            reader, sqlite, new ExportLimits { ViewRowsMax = 3 }, TestContext.Current.CancellationToken);
        Assert.Contains(outcome.LeftOut, each => each.StartsWith("all_captured_data: ", StringComparison.Ordinal));
        Assert.Equal("3", Sqlite("SELECT count(*) FROM serve"));
        Assert.Equal("0", Sqlite("SELECT count(*) FROM sqlite_schema WHERE name = 'all_captured_data'"));
    }

    [Fact]
    public void A_folder_of_Parquet_files_has_every_table_and_view()
    {
        string target = folder.File("parquet");
        ExportOutcome outcome = ToParquet(target);
        Assert.Empty(outcome.LeftOut);
        ToParquet(target);
        using SnapshotReader reader = SnapshotReader.Open(path);
        foreach (SnapshotTable table in SnapshotTable.Of(reader, TestContext.Current.CancellationToken))
        {
            string file = Path.Combine(target, table.Name == "sqlite_odd/name" ? "sqlite_odd%2Fname.parquet"
                : table.Name + ".parquet");
            Assert.Equal(
                $"{table.Name} {table.CountRows(reader, QueryLimits.None, TestContext.Current.CancellationToken)}",
                $"{table.Name} {ParquetRows(file)}");
        }
        File.WriteAllText(Path.Combine(target, "notes.txt"), "mine");
        Assert.Throws<StoreException>(() => ToParquet(target));
        Assert.Equal(["a.duckdb", "parquet"], folder.Names());
    }

    [Theory]
    [InlineData("CREATE VIEW v AS SELECT a FROM t INNER JOIN u USING (a) WHERE (b = 'x');", true)]
    [InlineData("CREATE VIEW v AS SELECT count_star() AS n FROM t AS x;", true)]
    [InlineData("CREATE VIEW v AS SELECT a FROM t WHERE (b ~~ 'x%');", false)]
    [InlineData("CREATE VIEW v AS SELECT a FROM t ANTI JOIN u USING (a);", false)]
    [InlineData("CREATE VIEW v AS SELECT (a / b) FROM t;", false)]
    [InlineData("CREATE VIEW v AS SELECT list(a) FROM t;", false)]
    [InlineData("CREATE VIEW v AS SELECT CAST(a AS INTEGER) FROM t;", false)]
    public void Only_a_view_that_means_the_same_in_SQLite_stays_a_view(string create, bool isPortable) =>
        Assert.Equal(isPortable,
            PortableView.Select(create, new HashSet<string> { "a", "b", "t", "u" }) is not null);

    private ExportOutcome ToSqlite()
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        return SqliteExport.Write(reader, sqlite, ExportLimits.Default, TestContext.Current.CancellationToken);
    }

    private ExportOutcome ToParquet(string target) =>
        ParquetExport.Write(path, target, ExportLimits.Default, TestContext.Current.CancellationToken);

    private static long ParquetRows(string file)
    {
        using DuckDB.NET.Data.DuckDBConnection connection = new("Data Source=:memory:");
        connection.Open();
        using DuckDB.NET.Data.DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM read_parquet('{file}')";
        return (long)command.ExecuteScalar()!;
    }

    private string Sqlite(string query)
    {
        ProcessStartInfo start = new("sqlite3", ["-batch", sqlite, query])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        Assert.Equal("", process.StandardError.ReadToEnd());
        process.WaitForExit();
        return output.TrimEnd('\n').Replace("\r", "");
    }
}
