using SideEye.Store.Derivation;

namespace SideEye.Store.Tests;

public sealed class Derived_tables : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string path;
    private readonly CapturedTables tables = new CapturedTables()
        .Table("serve", "client VARCHAR, n BIGINT, req JSON, raw_req JSON",
            [1, 10L, 0, "a", 1L, """{"u":"/x"}""", "{}"], [1, 11L, 0, "b", null, null, null])
        .Table("call", "n BIGINT, extra DOUBLE", [2, 20L, 3, 7L, 0.5]);

    public Derived_tables() => path = folder.File("a.duckdb");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_derived_table_may_use_function_tables_built_in_ones_and_earlier_ones()
    {
        DerivationOutcome outcome = tables.Write(path, Spec(
            new DerivedTable("first", ["SELECT s.*, p.friendly_name FROM serve s JOIN processes p USING (process_id) "
                + "ORDER BY client DESC; -- latest"], "Who is served."),
            new DerivedTable("second", ["SELECT client, friendly_name FROM first"], null),
            new DerivedTable("third", ["WITH c AS (SELECT count(*) AS n FROM all_captured_data) FROM c"], null)));
        Assert.Empty(outcome.Errors);
        Assert.Equal(["first", "second", "third"], outcome.Tables);
        Assert.Equal(["b | checkout", "a | checkout"], QueryText.Ask(path, "SELECT * FROM second"));
        Assert.Equal(["Who is served."],
            QueryText.Ask(path, "SELECT comment FROM duckdb_tables() WHERE table_name = 'first'"));
        Assert.Equal(["first | Who is served.", "second | NULL", "third | NULL"],
            QueryText.Ask(path, "SELECT table_name, description FROM derived_tables"));
    }

    [Theory]
    [InlineData("SELECT * FROM missing", "Table with name missing does not exist")]
    [InlineData("SELECT missing FROM serve", "LINE 1")]
    [InlineData("SELECT client::BIGINT FROM serve", "Could not convert string 'a' to INT64")]
    [InlineData("SELEC 1", "syntax error")]
    [InlineData("DELETE FROM serve", "error")]
    [InlineData("SELECT 1; DROP TABLE serve", "one SELECT at a time")]
    [InlineData("SELECT 1) AS (SELECT 2", "syntax error")]
    [InlineData("SET memory_limit = '64GB'", "error")]
    [InlineData("COPY serve TO '/tmp/sideeye-stolen.csv'", "error")]
    [InlineData("ATTACH '/tmp/sideeye-other.duckdb'", "error")]
    [InlineData("LOAD httpfs", "error")]
    [InlineData("SELECT * FROM read_text('/etc/passwd')", "disabled by configuration")]
    [InlineData("FROM '/etc/passwd'", "passwd")]
    [InlineData("SELECT * FROM glob('/etc/*')", "disabled by configuration")]
    [InlineData("", "empty")]
    [InlineData("-- nothing", "empty")]
    [InlineData("SELECT $1 AS a", "parameters")]
    [InlineData("SELECT \"", "unterminated")]
    public void One_that_fails_is_absent_says_why_and_takes_no_other_down(string sql, string reason)
    {
        DerivationOutcome outcome = tables.Write(path, Spec(
            new DerivedTable("before", ["SELECT 1 AS a"], null), new DerivedTable("bad", [sql], null),
            new DerivedTable("after", ["SELECT a FROM before"], null)));
        DerivationError error = Assert.Single(outcome.Errors);
        Assert.Equal("bad", error.Table);
        Assert.Contains(reason, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["before", "after"], outcome.Tables);
        Assert.Equal(["bad | NULL"], QueryText.Ask(path, "SELECT table_name, column_name FROM derived_errors"));
        Assert.Equal(["1 | 2"], QueryText.Ask(path, "SELECT (SELECT a FROM after), (SELECT count(*) FROM serve)"));
    }

    [Fact]
    public void Alternatives_that_find_their_tables_are_put_together_by_name()
    {
        DerivationOutcome outcome = tables.Write(path, Spec(new DerivedTable("requests",
            ["SELECT client, n FROM serve", "SELECT * FROM absent", "SELECT n, extra FROM call"], null)));
        Assert.Empty(outcome.Errors);
        Assert.Equal(["a | 1 | NULL", "b | NULL | NULL", "NULL | 7 | 0.5"],
            QueryText.Ask(path, "SELECT client, n, extra FROM requests"));
    }

    [Fact]
    public void An_optional_table_whose_sources_are_missing_is_silently_absent_and_a_mistake_in_it_is_not()
    {
        DerivationOutcome outcome = tables.Write(path, Spec(
            new DerivedTable("a", ["SELECT * FROM absent"], null, IsOptional: true),
            new DerivedTable("b", ["SELECT absent FROM serve"], null, IsOptional: true),
            new DerivedTable("c", ["SELECT nofunction(n) FROM serve"], null, IsOptional: true)));
        Assert.Empty(outcome.Tables);
        Assert.Equal("c", Assert.Single(outcome.Errors).Table);
    }

    [Fact]
    public void An_optional_table_comes_as_soon_as_a_file_has_its_sources()
    {
        DerivationSpec spec = Spec(new DerivedTable(
            "a", ["SELECT n FROM comes_later", "SELECT n FROM comes_later WHERE n > 1"], null, IsOptional: true));
        for (int i = 0; i < 2; i++)
            Assert.Empty(tables.Write(path, spec).Tables);
        CapturedTables later = new CapturedTables().Table("comes_later", "n BIGINT", [1, 10L, 0, 2L]);
        Assert.Equal(["a"], later.Write(path, spec).Tables);
        Assert.Equal(["2", "2"], QueryText.Ask(path, "SELECT n FROM a"));
        Assert.Empty(tables.Write(path, spec).Tables);
    }

    [Fact]
    public void A_taken_name_is_an_error()
    {
        DerivationOutcome outcome = tables.Write(path, Spec(new DerivedTable("Goroutines", ["SELECT 1"], null),
            new DerivedTable("frames", ["SELECT 1"], null), new DerivedTable("linked_rows", ["SELECT 1"], null)));
        Assert.Equal(3, outcome.Errors.Length);
        Assert.All(outcome.Errors, error => Assert.Contains("already", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_runaway_table_is_interrupted_at_its_limit()
    {
        DerivationLimits limits = new()
        {
            TimeMax = TimeSpan.FromMilliseconds(300), RowsMax = 1000, FileGrowthBytesMax = 64 << 20,
        };
        DerivationOutcome outcome = tables.Write(path, Spec(
            new DerivedTable("slow", ["SELECT count(*) AS n FROM range(100000) a, range(10000000) b "
                + "WHERE a.range * b.range = -1"], null),
            new DerivedTable("long", ["FROM range(1001)"], null),
            new DerivedTable("fits", ["FROM range(1000)"], null)), limits);
        Assert.Equal(["slow", "long"], outcome.Errors.Select(error => error.Table));
        Assert.Contains("took longer than 0.3 s", outcome.Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("more than 1000 rows", outcome.Errors[1].Message, StringComparison.Ordinal);
        Assert.Equal(["fits"], outcome.Tables);
    }

    [Fact]
    public void Every_captured_value_is_in_one_view()
    {
        tables.Write(path, new DerivationSpec());
        Assert.Equal(
        [
            "call | 2 | 20 | 3 | extra | 0.5", "call | 2 | 20 | 3 | n | 7", "serve | 1 | 10 | 0 | client | a",
            "serve | 1 | 10 | 0 | n | 1", """serve | 1 | 10 | 0 | req | {"u":"/x"}""",
            "serve | 1 | 11 | 0 | client | b",
        ], QueryText.Ask(path, "FROM all_captured_data ORDER BY ALL"));
    }

    [Fact]
    public void Deriving_anew_replaces_what_was_derived_and_nothing_else()
    {
        tables.Write(path, Spec(new DerivedTable("old", ["SELECT x FROM serve"], null)) with
        {
            ExtraColumns =
                [new ExtraColumns("serve", [new ExtraColumn("x", "n", null), new ExtraColumn("y", "x", null)])],
        });
        Assert.Equal(["1", "NULL"], QueryText.Ask(path, "SELECT x FROM old"));
        DerivationOutcome outcome = CapturedTables.Rewrite(path, Spec(
            new DerivedTable("new", ["SELECT z FROM serve"], null),
            new DerivedTable("bad", ["SELECT x FROM serve"], null)) with
        {
            ExtraColumns = [new ExtraColumns("serve", [new ExtraColumn("z", "n + 1", null)])],
        });
        Assert.Equal(["new"], outcome.Tables);
        Assert.Equal(["2", "NULL"], QueryText.Ask(path, "SELECT z FROM new"));
        Assert.Empty(QueryText.Ask(path,
            "SELECT * FROM duckdb_columns() WHERE table_name = 'old' OR (table_name = 'serve' AND column_name = 'x')"));
        Assert.Equal(["new"], QueryText.Ask(path, "SELECT table_name FROM derived_tables"));
        Assert.Equal(["6"], QueryText.Ask(path, "SELECT count(*) FROM all_captured_data"));
        Assert.Equal(["a.duckdb"], folder.Names());
    }

    [Fact]
    public void Deriving_that_is_not_committed_leaves_the_file_as_it_was()
    {
        tables.Write(path, Spec(new DerivedTable("old", ["SELECT 1 AS a"], null)));
        byte[] before = File.ReadAllBytes(path);
        using (SnapshotFile file = SnapshotFile.OpenCopy(path))
            file.Derive(new DerivationSpec(), DerivationLimits.Default, TestContext.Current.CancellationToken);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(["a.duckdb"], folder.Names());
    }

    private static DerivationSpec Spec(params DerivedTable[] tables) => new() { Tables = [.. tables] };
}
