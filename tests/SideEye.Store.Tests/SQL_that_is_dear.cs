namespace SideEye.Store.Tests;

/// <summary>Small texts that DuckDB plans or matches for minutes, and those like them that people write.</summary>
public sealed class SQL_that_is_dear : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SnapshotReader reader;

    public SQL_that_is_dear()
    {
        string path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711).Write(path);
        reader = SnapshotReader.Open(path);
    }

    public void Dispose()
    {
        reader.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("'a'||", "'a'", "", 800)]
    [InlineData("1+", "1", "", 800)]
    [InlineData("1+", "1", "", 170)]
    [InlineData("lower(", "'a'", ")", 198)]
    [InlineData("[", "1", "]", 198)]
    [InlineData("(SELECT ", "1", ")", 30)]
    [InlineData("exists(SELECT ", "1", ")", 30)]
    [InlineData("list_transform([1], lambda x: ", "1", ")", 30)]
    [InlineData("CASE WHEN pid = 1 THEN ", "1", " END", 170)]
    public void In_parts_within_each_other_is_refused(string before, string inner, string after, int times)
    {
        StoreException e = Assert.Throws<StoreException>(
            () => QueryText.Ask(reader, $"SELECT {Nested(before, inner, after, times)} FROM processes"));
        Assert.Equal(StoreError.Sql, e.Error);
        Assert.Contains("parts within each other", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_many_long_chains_is_refused()
    {
        string chain = Nested("pid+", "1", "", 90);
        Assert.Single(QueryText.Ask(reader, $"SELECT {chain}, {chain} FROM processes"));
        string many = string.Join(',', Enumerable.Repeat(chain, 50));
        Assert.Throws<StoreException>(() => QueryText.Ask(reader, $"SELECT {many} FROM processes"));
    }

    [Theory]
    [InlineData("'a'||", "'a'", "", 100)]
    [InlineData("pid+", "1", "", 100)]
    [InlineData("pid=1 OR ", "true", "", 1000)]
    [InlineData("pid,", "1", "", 2000)]
    [InlineData("CASE WHEN pid = 1 THEN 1 ELSE ", "1", " END", 30)]
    [InlineData("(SELECT max(pid) FROM processes WHERE pid = ", "4711", ")", 5)]
    [InlineData("coalesce(pid, ", "1", ")", 50)]
    public void As_people_write_it_is_answered(string before, string inner, string after, int times) =>
        Assert.Single(QueryText.Ask(reader, $"SELECT {Nested(before, inner, after, times)} FROM processes"));

    [Theory]
    [InlineData("LIKE '%a_%a_%a_%a_%a_%a_%a_%a_%b'")]
    [InlineData("NOT LIKE '%a_%a_%a_%a_%b'")]
    [InlineData("LIKE '%a%a%a%a%b' ESCAPE '#'")]
    [InlineData("NOT LIKE '%a%a%a%a%b' ESCAPE '#'")]
    [InlineData("ILIKE '%a%a%a%a%b'")]
    [InlineData("NOT ILIKE '%a%a%a%a%b'")]
    [InlineData("ILIKE '%a%a%a%a%b' ESCAPE '#'")]
    [InlineData("GLOB '*a*a*a*a*b'")]
    public void In_patterns_that_match_in_too_many_ways_is_refused(string match)
    {
        StoreException e = Assert.Throws<StoreException>(
            () => QueryText.Ask(reader, $"SELECT repeat('a', 300) {match}"));
        Assert.Contains("regexp_matches()", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LIKE '%a%e%r%o%u%t%e%'", "'gaerroutea'")]
    [InlineData("LIKE '%net_http%serve%'", "'net/http.serve'")]
    [InlineData("ILIKE '%HTTP%serve%'", "'net/http.serve'")]
    [InlineData("GLOB '*http*'", "'net/http.serve'")]
    [InlineData("LIKE '100#%' ESCAPE '#'", "'100%'")]
    public void In_patterns_as_people_write_them_is_answered(string match, string text) =>
        Assert.Equal(["True"], QueryText.Ask(reader, $"SELECT {text} {match}"));

    private static string Nested(string before, string inner, string after, int times) =>
        string.Concat(Enumerable.Repeat(before, times)) + inner + string.Concat(Enumerable.Repeat(after, times));
}
