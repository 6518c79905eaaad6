using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests;

public sealed class Query_results : QueryFixture
{
    [Fact]
    public async Task SQL_gives_one_frame_whose_columns_say_what_they_are()
    {
        QueryAnswer answer = await Ask(Sql("SELECT process_id, goroutine_id, waiting_for_ns, count(*) AS count, "
            + "now() AS at, [1] AS l, sum(process_id) AS total FROM goroutines WHERE goroutine_id = 10 GROUP BY ALL"));
        Assert.Equal(["process", "goroutine", "", "", "", "", ""], answer.Header.Columns.Select(each => each.Identity));
        Assert.Equal(["", "", "ns", "count", "time", "", ""], answer.Header.Columns.Select(each => each.Unit));
        Assert.Equal(["INTEGER", "BIGINT", "BIGINT", "BIGINT", "TIMESTAMP WITH TIME ZONE", "JSON", "DOUBLE"],
            answer.Header.Columns.Select(each => each.Type));
        Assert.Equal("Best known lower bound of the time waited; NULL when none is known.",
            answer.Header.Columns[2].Description);
        Assert.StartsWith("1 | 10 | 3000000000 | 1 | ", Assert.Single(answer.Rows), StringComparison.Ordinal);
        Assert.EndsWith(" | [1] | 1", answer.Rows[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT host FROM processes", true)]
    [InlineData("WITH mine AS (SELECT 'shop.example' AS host) SELECT host FROM mine", false)]
    [InlineData("SELECT 'shop.example' AS host", false)]
    public async Task Only_columns_of_our_tables_are_explained(string sql, bool isExplained)
    {
        QueryAnswer answer = await Ask(Sql(sql));
        Assert.Equal(isExplained, answer.Header.Columns[0].Description.Length > 0);
    }

    [Fact]
    public async Task No_rows_still_have_columns()
    {
        QueryAnswer answer = await Ask(Sql("SELECT pid, host FROM processes WHERE false"));
        Assert.Equal(["pid", "host"], answer.Header.Columns.Select(each => each.Name));
        Assert.Empty(answer.Rows);
        Assert.Single(answer.Messages);
    }

    [Fact]
    public async Task Many_rows_come_in_messages_of_a_good_size_and_in_order()
    {
        QueryAnswer answer = await Ask(Sql("SELECT range AS n, 'row ' || range AS t FROM range(40000)"));
        Assert.Equal(Enumerable.Range(0, 40_000).Select(n => $"{n} | row {n}"), answer.Rows);
        Assert.Equal(3, answer.Messages.Count);
    }

    [Fact]
    public async Task Large_values_make_small_messages()
    {
        QueryAnswer answer = await Ask(Sql("SELECT lpad('x', 60000, 'x') || range AS t FROM range(1000)"));
        Assert.Equal(1000, answer.Rows.Count);
        Assert.All(answer.Messages, bytes => Assert.InRange(bytes, 1, 9 << 20));
    }

    [Fact]
    public async Task A_value_that_is_too_large_is_an_error_that_names_its_column()
    {
        StoreException e = await Fails(Sql(
            "SELECT 1 AS a, string_agg(range::VARCHAR, ',') AS huge FROM range(1000000)"));
        Assert.Equal(StoreError.ResultSize, e.Error);
        Assert.Contains("column huge", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_rows_than_wanted_are_cut_with_a_notice_but_fail_an_alert()
    {
        QueryRequest request = Sql("FROM range(5000)");
        request.RowsMax = 3000;
        QueryAnswer answer = await Ask(request);
        Assert.Equal(3000, answer.Rows.Count);
        Assert.Equal("truncated", Assert.Single(answer.Notices).Kind);
        request.Caller = new Caller { Origin = Origin.Alert };
        Assert.Equal(StoreError.RowLimit, (await Fails(request)).Error);
        request.RowsMax = 5000;
        Assert.Empty((await Ask(request)).Notices);
    }

    [Fact]
    public async Task A_query_without_end_ends_with_its_time_and_the_next_is_answered()
    {
        using QueryRunner hasty = new(QueryRunnerLimits.Default with { TimeMax = TimeSpan.FromMilliseconds(300) });
        StoreException e = await Assert.ThrowsAsync<StoreException>(() => QueryAnswer.Of(hasty,
            Sql("SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = -1"), Subject));
        Assert.Equal(StoreError.TimeLimit, e.Error);
        Assert.Equal(["2"], (await Ask(Sql("SELECT count(*) FROM processes"))).Rows);
    }

    [Fact]
    public async Task A_cancelled_query_ends_as_cancelled()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Runner.RunAsync(
            Sql("SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = -1"), Subject,
            new QueryAnswer(), stop.Token));
    }

    [Fact]
    public async Task History_is_that_of_the_subject_and_missing_files_are_said()
    {
        QuerySubject past = Subject with
        {
            History = [Ref("gone", File("gone.duckdb")), Subject.Snapshot! with { SnapshotId = "there" }],
        };
        QueryAnswer answer = await QueryAnswer.Of(Runner, Sql(
            "SELECT h.snapshot_id, h.pid FROM history.processes h JOIN processes USING (pid) ORDER BY 2"), past);
        Assert.Equal(["there | 4711", "there | 4712"], answer.Rows);
        Notice notice = Assert.Single(answer.Notices);
        Assert.Equal("partial", notice.Kind);
        Assert.Contains("gone", notice.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(FolderName, notice.Text, StringComparison.Ordinal);
        using QueryRunner frugal = new(QueryRunnerLimits.Default with { HistoryFilesMax = 1 });
        answer = await QueryAnswer.Of(frugal, Sql("SELECT DISTINCT snapshot_id FROM history.processes"), past);
        Assert.Equal("truncated", Assert.Single(answer.Notices).Kind);
    }

    [Fact]
    public async Task A_file_that_is_damaged_inside_is_left_out_of_the_history()
    {
        string path = File("damaged.duckdb");
        SnapshotBuilder builder = new SnapshotBuilder().Snapshot().Process(1, "damaged", 1);
        for (int id = 0; id < 20_000; id++)
        {
            builder.Goroutine(
                1, id * 7919L % 1_000_003, null, waitedNs: id * 31L % 65_537, reason: $"r{id * 17 % 9973}");
        }
        builder.Write(path);
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        const int Header = 3 * 4096;
        const int Block = 256 << 10;
        SnapshotRef good = Subject.Snapshot! with { SnapshotId = "good" };
        QuerySubject past = Subject with { History = [Ref("damaged", path), good] };
        int leftOut = 0;
        for (int at = Header + (Block / 2); at < bytes.Length; at += Block)
        {
            byte[] copy = [.. bytes];
            copy.AsSpan(at, 64).Fill(0xA5);
            System.IO.File.WriteAllBytes(path, copy);
            QueryAnswer answer = await QueryAnswer.Of(Runner, Sql("SELECT snapshot_id, sum(waiting_for_ns + "
                + "goroutine_id + length(wait_reason)) FROM history.goroutines GROUP BY 1 ORDER BY 1 DESC"), past);
            Assert.StartsWith("good | ", answer.Rows[0], StringComparison.Ordinal);
            leftOut += answer.Notices.Count(notice => notice.Kind == "partial");
        }
        Assert.NotEqual(0, leftOut);
    }

    [Fact]
    public async Task Nothing_to_ask_is_said_in_words()
    {
        foreach (QueryRequest request in (QueryRequest[])[Sql("FROM processes"), Kind(QueryKind.Goroutines), Sql(" ")])
        {
            StoreException e = await Assert.ThrowsAsync<StoreException>(() =>
                QueryAnswer.Of(Runner, request, new QuerySubject()));
            Assert.NotEmpty(e.Message);
        }
        StoreException gone = await Assert.ThrowsAsync<StoreException>(() => QueryAnswer.Of(
            Runner, Sql("FROM processes"), new QuerySubject { Snapshot = Ref("snap-9", File("gone.duckdb")) }));
        Assert.Equal("snapshot snap-9: its file: no such file", gone.Message);
    }

    [Fact]
    public async Task Many_at_once_are_all_answered()
    {
        QueryAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(n =>
            Ask(Sql($"SELECT {n}, count(*) FROM goroutines"))));
        Assert.Equal(Enumerable.Range(0, 40).Select(n => $"{n} | 5"), answers.Select(answer => answer.Rows[0]));
    }

    [Fact]
    public async Task A_file_that_was_replaced_is_read_anew()
    {
        Assert.Equal(["2"], (await Ask(Sql("SELECT count(*) FROM processes"))).Rows);
        new SnapshotBuilder().Snapshot().Write(Subject.Snapshot!.Path);
        Assert.Equal(["0"], (await Ask(Sql("SELECT count(*) FROM processes"))).Rows);
    }
}
