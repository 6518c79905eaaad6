using SideEye.Store.Derivation;

namespace SideEye.Store.Tests;

public sealed class Extra_columns : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string path;
    private readonly CapturedTables tables = new CapturedTables().Table("serve",
        "request JSON, raw_request JSON, took VARCHAR, n BIGINT, big UBIGINT, at VARCHAR",
        [
            1, 10L, 0,
            """
            {"clientID": 7, "name": "a.b", "mu": {"started": "2026-03-14T15:09:26.123456789Z"}, "items": [{"id": "x"}]}
            """,
            """{"__addr": "0xc000012345", "mu": {"__addr": "0xc000054321"}}""", "1m2.5s", 3L, ulong.MaxValue,
            "1700000000123456789",
        ],
        [1, 11L, 2, """{"clientID": "seven", "h": {"X-Id": "q", "__addr": "no"}}""", null, "250ms", null, 1UL, null]);

    public static TheoryData<string> Unfinished => ["\"", "'", "$1", "?", "$name", "request->\"", "n + '"];

    public Extra_columns() => path = folder.File("a.duckdb");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Unfinished))]
    public void One_that_has_no_end_or_parameters_fails_alone(string sql)
    {
        DerivationOutcome outcome = tables.Write(
            path, Spec(new ExtraColumn("x", sql, null), new ExtraColumn("y", "n + 1", null)));
        Assert.Equal("x", Assert.Single(outcome.Errors).Column);
        Assert.Equal(["4", "NULL"], QueryText.Ask(path, "SELECT y FROM serve ORDER BY goroutine_id"));
    }

    [Theory]
    [InlineData("request->name", null, "a.b", "NULL")]
    [InlineData("request->mu.started", null, "2026-03-14T15:09:26.123456789Z", "NULL")]
    [InlineData("request -> 'mu.started'", null, "2026-03-14T15:09:26.123456789Z", "NULL")]
    [InlineData("request->mu->started", null, "2026-03-14T15:09:26.123456789Z", "NULL")]
    [InlineData("request->items[0].id", null, "x", "NULL")]
    [InlineData("request->'items[0].id'", null, "x", "NULL")]
    [InlineData("\"request\"->'h[\"X-Id\"]'", null, "NULL", "q")]
    [InlineData("serve.request->name", null, "a.b", "NULL")]
    [InlineData("raw_request->>'__addr'", null, "0xc000012345", "NULL")]
    [InlineData("raw_request->mu->>'__addr'", null, "0xc000054321", "NULL")]
    [InlineData("raw_request->'$.mu'->>'__addr'", null, "0xc000054321", "NULL")]
    [InlineData("REQUEST->clientID::VARCHAR || '; request->name' -- request->name", null, "7; request->name",
        "seven; request->name")]
    [InlineData("upper(request->name)", null, "A.B", "NULL")]
    [InlineData("list_transform([n], x -> x + 1)[1]", "BIGINT", "4", "NULL")]
    [InlineData("n + 1;", null, "4", "NULL")]
    [InlineData("request->mu.started", "TIMESTAMP_NANOS", "2026-03-14 15:09:26.123456", "NULL")]
    [InlineData("\"at\"", "TIMESTAMP_NANOS", "2023-11-14 22:13:20.123456", "NULL")]
    [InlineData("took", "DURATION_NANOS", "62500000000", "250000000")]
    [InlineData("n", "DURATION_NANOS", "3", "NULL")]
    [InlineData("n / 2", "DECIMAL(9, 2)", "1.50", "NULL")]
    [InlineData("request->mu", "JSON", """{"started":"2026-03-14T15:09:26.123456789Z"}""", "NULL")]
    [InlineData("big", null, "18446744073709551615", "1")]
    [InlineData("rank() OVER (ORDER BY goroutine_id DESC)", "BIGINT", "2", "1")]
    [InlineData("(SELECT friendly_name FROM processes p WHERE p.process_id = serve.process_id)", null, "checkout",
        "checkout")]
    public void An_extra_column_is_an_expression_over_captured_ones(
        string sql, string? type, string first, string second)
    {
        DerivationOutcome outcome = tables.Write(path, Spec(new ExtraColumn("x", sql, type)));
        Assert.Empty(outcome.Errors);
        Assert.Equal([first, second], QueryText.Ask(path, "SELECT x FROM serve ORDER BY goroutine_id"));
    }

    [Theory]
    [InlineData("request->", "Parser Error")]
    [InlineData("missing + 1", "missing")]
    [InlineData("count(*)", "GROUP BY")]
    [InlineData("unnest([1, 2])", "gives 4 values for the 2 rows")]
    [InlineData("took::BIGINT", "Could not convert string '1m2.5s' to INT64")]
    [InlineData("1, 2", "is not one SQL expression")]
    [InlineData("row(1, 2)", "which no column can have")]
    [InlineData("1) AS y, (2", "is not one SQL expression")]
    [InlineData("1; DROP TABLE serve", "Parser Error")]
    [InlineData("(SELECT content FROM read_text('/etc/passwd'))", "disabled by configuration")]
    [InlineData("", "Parser Error")]
    public void One_that_fails_is_NULL_says_why_and_takes_no_other_down(string sql, string reason)
    {
        DerivationOutcome outcome = tables.Write(path,
            Spec(new ExtraColumn("before", "n", null), new ExtraColumn("x", sql, null),
                new ExtraColumn("after", "before + 1", null)));
        DerivationError error = Assert.Single(outcome.Errors);
        Assert.Equal(("serve", "x"), (error.Table, error.Column));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(["3 | NULL | 4", "NULL | NULL | NULL"],
            QueryText.Ask(path, "SELECT before, x, after FROM serve ORDER BY goroutine_id"));
        Assert.Equal(["serve | x"], QueryText.Ask(path, "SELECT table_name, column_name FROM derived_errors"));
    }

    [Fact]
    public void A_value_that_does_not_fit_the_type_is_NULL_and_counted()
    {
        DerivationOutcome outcome = tables.Write(path, Spec(new ExtraColumn("id", "request->clientID", "BIGINT")));
        Assert.Equal("1 of 2 values are no BIGINT and became NULL, such as seven",
            Assert.Single(outcome.Errors).Message);
        Assert.Equal(["7", "NULL"], QueryText.Ask(path, "SELECT id FROM serve ORDER BY goroutine_id"));
    }

    [Theory]
    [InlineData("NOTYPE")]
    [InlineData("BIGINT), (1")]
    [InlineData("BIGINT) AS y FROM range(3) --")]
    public void A_type_that_is_none_is_an_error(string type)
    {
        DerivationOutcome outcome = tables.Write(path, Spec(new ExtraColumn("x", "n", type)));
        Assert.Single(outcome.Errors);
        Assert.Equal(["NULL", "NULL"], QueryText.Ask(path, "SELECT x FROM serve"));
    }

    [Fact]
    public void Captured_columns_keep_types_comments_order_and_rows()
    {
        tables.Write(path, Spec(new ExtraColumn("id", "request->clientID", null)));
        Assert.Equal(
        [
            "process_id | INTEGER | False", "goroutine_id | BIGINT | False", "frame_index | INTEGER | False",
            "request | JSON | True", "raw_request | JSON | True", "took | VARCHAR | True", "n | BIGINT | True",
            "big | UBIGINT | True", "at | VARCHAR | True", "id | VARCHAR | True",
        ], QueryText.Ask(path,
            "SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE table_name = 'serve'"));
        Assert.Equal(["main.serve: n", "Extra column: request->clientID"], QueryText.Ask(path,
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'serve' AND column_name IN ('n', 'id')"));
        Assert.Equal(["The frames of main.serve, one row for each, with the captured expressions."],
            QueryText.Ask(path, "SELECT comment FROM duckdb_tables() WHERE table_name = 'serve'"));
    }

    [Theory]
    [InlineData("0s", "0")]
    [InlineData("1ns", "1")]
    [InlineData("1.5µs", "1500")]
    [InlineData("-1.5s", "-1500000000")]
    [InlineData("2m3s", "123000000000")]
    [InlineData("1h0m0.000000001s", "3600000000001")]
    [InlineData("2562047h47m16.854775807s", "9223372036854775807")]
    [InlineData("-2562047h47m16.854775808s", "-9223372036854775808")]
    [InlineData("9999999h0m0s", "NULL")]
    [InlineData("1h", "3600000000000")]
    [InlineData("12", "12")]
    [InlineData("soon", "NULL")]
    [InlineData("", "NULL")]
    [InlineData("5", "5")]
    public void Go_s_durations_are_read_to_the_nanosecond(string text, string nanoseconds)
    {
        tables.Write(path, new DerivationSpec());
        Assert.Equal([nanoseconds], QueryText.Ask(path, $"SELECT go_duration_ns('{text}')"));
    }

    [Fact]
    public void A_column_of_a_taken_name_is_an_error()
    {
        DerivationOutcome outcome = tables.Write(path, Spec(new ExtraColumn("Request", "n", null)));
        Assert.Contains("already", Assert.Single(outcome.Errors).Message, StringComparison.Ordinal);
    }

    private static DerivationSpec Spec(params ExtraColumn[] columns) =>
        new() { ExtraColumns = [new ExtraColumns("serve", [.. columns]), new ExtraColumns("absent", [.. columns])] };
}
