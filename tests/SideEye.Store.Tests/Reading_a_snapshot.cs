using DuckDB.NET.Data;

namespace SideEye.Store.Tests;

public sealed class Reading_a_snapshot : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string path;

    public Reading_a_snapshot()
    {
        path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711).Write(path);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_missing_file_is_named()
    {
        StoreException e = Assert.Throws<StoreException>(() => SnapshotReader.Open(folder.File("b.duckdb")));
        Assert.Equal(StoreError.NoSuchFile, e.Error);
        Assert.Equal(folder.File("b.duckdb") + ": no such file", e.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("goroutine 1 [running]:\nmain.main()\n")]
    public void A_file_of_another_kind_is_said_to_be_none_of_ours(string text)
    {
        string other = folder.File("other");
        File.WriteAllText(other, text);
        Assert.Equal(StoreError.NotASnapshotFile, Fails(other).Error);
        Assert.Equal(StoreError.NotASnapshotFile, Fails(folder.FullName).Error);
    }

    [Fact]
    public void A_DuckDB_file_of_someone_else_is_told_apart()
    {
        string other = folder.File("other.duckdb");
        using (DuckDBConnection connection = new($"Data Source={other}"))
        {
            connection.Open();
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE t (a INTEGER)";
            command.ExecuteNonQuery();
        }
        StoreException e = Fails(other);
        Assert.Equal(StoreError.NotASnapshotFile, e.Error);
        Assert.Contains("a DuckDB file but not a snapshot", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_is_an_error_and_never_a_crash()
    {
        byte[] bytes = File.ReadAllBytes(path);
        string damaged = folder.File("damaged.duckdb");
        for (int cut = 0; cut < 16; cut++)
        {
            byte[] copy = [.. bytes];
            copy.AsSpan(bytes.Length * cut / 16, 64).Fill(0xA5);
            File.WriteAllBytes(damaged, copy);
            try
            {
                using SnapshotReader reader = SnapshotReader.Open(damaged);
                QueryText.Ask(reader, "SELECT * FROM processes");
            }
            catch (StoreException)
            {
                // The expected answer; damage in an unused block may also go unnoticed.
            }
        }
    }

    [Theory]
    [InlineData("DELETE FROM processes")]
    [InlineData("CREATE TABLE t (a INTEGER)")]
    [InlineData("SELECT * FROM read_text('/etc/passwd')")]
    [InlineData("SELECT * FROM glob('/etc/*')")]
    [InlineData("COPY processes TO '/tmp/sideeye-stolen.csv'")]
    [InlineData("ATTACH '/tmp/sideeye-other.duckdb'")]
    [InlineData("SET memory_limit = '64GB'")]
    [InlineData("SET enable_external_access = true")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("SET TimeZone = 'Europe/Berlin'")]
    [InlineData("DETACH snapshot")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("")]
    [InlineData("-- nothing")]
    public void SQL_cannot_change_the_file_reach_other_files_or_lift_limits(string sql)
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        StoreException e = Assert.Throws<StoreException>(() => QueryText.Ask(reader, sql));
        Assert.Equal(StoreError.Sql, e.Error);
        Assert.Equal(["1"], QueryText.Ask(reader, "SELECT count(*) FROM processes"));
    }

    [Fact]
    public void A_mistake_in_the_SQL_is_shown_at_its_place()
    {
        StoreException e = Assert.Throws<StoreException>(() => QueryText.Ask(path, "SELECT pidd FROM processes"));
        Assert.Equal(StoreError.Sql, e.Error);
        Assert.Contains("pidd", e.Message, StringComparison.Ordinal);
        Assert.Contains("LINE 1", e.Message, StringComparison.Ordinal);
        Assert.Contains('^', e.Message);
    }

    [Theory]
    [InlineData("INTERVAL 3 MONTH")]
    [InlineData("TIMESTAMP 'infinity'")]
    [InlineData("[[1], [NULL]]")]
    [InlineData("union_value(a := 1)")]
    public void A_value_without_a_form_here_is_an_error_that_says_to_cast_it(string value)
    {
        StoreException e = Assert.Throws<StoreException>(() => QueryText.Ask(path, $"SELECT {value} AS v"));
        Assert.Equal(StoreError.Sql, e.Error);
        Assert.Contains("VARCHAR", e.Message, StringComparison.Ordinal);
        Assert.Single(QueryText.Ask(path, $"SELECT ({value})::VARCHAR AS v"));
    }

    [Fact]
    public void A_list_may_hold_NULLs() =>
        Assert.Equal(["[1, NULL, 3] | [True, NULL]"], QueryText.Ask(path, "SELECT [1, NULL, 3], [true, NULL]"));

    [Fact]
    public void One_row_over_the_limit_is_an_error_and_the_limit_itself_is_not()
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        Assert.Equal(10, Count(reader, "SELECT * FROM range(10)", 10));
        StoreException e = Assert.Throws<StoreException>(() => Count(reader, "SELECT * FROM range(11)", 10));
        Assert.Equal(StoreError.RowLimit, e.Error);
    }

    [Fact]
    public void A_query_over_the_memory_limit_is_an_error_and_the_reader_lives_on()
    {
        using SnapshotReader reader = SnapshotReader.Open(path, new StoreLimits { MemoryBytesMax = 32 << 20 });
        StoreException e = Assert.Throws<StoreException>(() => QueryText.Ask(reader,
            "SELECT count(*) FROM (SELECT DISTINCT range, repeat('x', 200) || range FROM range(3000000))"));
        Assert.Equal(StoreError.OutOfMemory, e.Error);
        Assert.Equal(["1"], QueryText.Ask(reader, "SELECT count(*) FROM processes"));
    }

    [Fact]
    public void A_query_over_its_time_limit_ends_soon_after()
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        QueryLimits limits = new() { TimeMax = TimeSpan.FromMilliseconds(200) };
        StoreException e = Assert.Throws<StoreException>(() =>
        {
            using QueryResult result = reader.Query(
                "SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = -1",
                limits, TestContext.Current.CancellationToken);
            while (result.Read())
                Assert.Fail("the query cannot be done already");
        });
        Assert.Equal(StoreError.TimeLimit, e.Error);
    }

    [Fact]
    public void A_cancelled_query_ends_as_cancelled()
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            using QueryResult result = reader.Query(
                "SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = -1",
                QueryLimits.None, stop.Token);
            result.Read();
        });
    }

    [Fact]
    public void Two_readers_share_a_file()
    {
        using SnapshotReader first = SnapshotReader.Open(path);
        using SnapshotReader second = SnapshotReader.Open(path);
        Assert.Equal(QueryText.Ask(first, "SELECT * FROM processes"), QueryText.Ask(second, "SELECT * FROM processes"));
    }

    private static StoreException Fails(string file) =>
        Assert.Throws<StoreException>(() => SnapshotReader.Open(file));

    private static int Count(SnapshotReader reader, string sql, long rowsMax)
    {
        using QueryResult result = reader.Query(
            sql, new QueryLimits { RowsMax = rowsMax }, TestContext.Current.CancellationToken);
        int count = 0;
        while (result.Read())
            count++;
        return count;
    }
}
