using Google.Protobuf;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Tests;

/// <summary>What happens when several viewers ask the same at about the same time.</summary>
public sealed class Queries_that_are_shared : QueryFixture
{
    private const string ByChance = "SELECT random() AS n, g.goroutine_id FROM goroutines g";
    private static readonly QueryRunnerLimits Forever =
        QueryRunnerLimits.Default with { SharedAgeMax = TimeSpan.FromDays(1) };
    private static readonly QueryRequest Endless =
        Sql("SELECT sum(a.range * b.range) AS n FROM range(1000000) a, range(1000000) b");

    [Fact]
    public async Task Viewers_of_one_dashboard_have_a_query_run_once()
    {
        SharedAnswers runner = Sharing(Forever);
        QueryAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(viewer =>
            QueryAnswer.Of(runner, From(Sql(ByChance), $"viewer {viewer}"), Subject)));
        Assert.Single(answers.Select(answer => string.Join('\n', answer.Rows)).Distinct());
        Assert.Equal(5, answers[0].Rows.Count);
        Assert.All(answers, answer => Assert.Equal(answers[0].Header, answer.Header));
        Assert.Equal(19, runner.Count);
    }

    [Fact]
    public async Task Notices_are_for_all()
    {
        SharedAnswers runner = Sharing(Forever);
        QueryRequest cut = Sql(ByChance);
        cut.RowsMax = 2;
        foreach (QueryAnswer answer in (QueryAnswer[])[
            await QueryAnswer.Of(runner, cut, Subject), await QueryAnswer.Of(runner, cut, Subject)])
        {
            Assert.Equal("truncated", Assert.Single(answer.Notices).Kind);
        }
        Assert.Equal(1, runner.Count);
    }

    [Fact]
    public async Task An_answer_is_not_given_when_it_is_old()
    {
        SharedAnswers runner = Sharing(Forever with { SharedAgeMax = TimeSpan.Zero });
        QueryAnswer one = await QueryAnswer.Of(runner, Sql(ByChance), Subject);
        QueryAnswer other = await QueryAnswer.Of(runner, Sql(ByChance), Subject);
        Assert.NotEqual(one.Rows, other.Rows);
        Assert.Equal(0, runner.Count);
    }

    [Fact]
    public async Task Queries_that_differ_in_anything_that_counts_are_not_shared()
    {
        SharedAnswers runner = Sharing(Forever);
        QueryRequest[] all =
        [
            Sql(ByChance), Sql(ByChance + " "), new QueryRequest(Sql(ByChance)) { RowsMax = 3 },
            new QueryRequest(Sql(ByChance)) { Program = "shop" }, new QueryRequest(Sql(ByChance)) { IntervalNs = 7 },
            new QueryRequest(Sql(ByChance)) { Caller = new Caller { Origin = Origin.Alert } },
            Kind(QueryKind.Flamegraph), Kind(QueryKind.Goroutines),
            new QueryRequest(Kind(QueryKind.Goroutines)) { FunctionFilter = "serve" },
        ];
        foreach (QueryRequest request in all)
            await QueryAnswer.Of(runner, request, Subject);
        Assert.Equal(0, runner.Count);
    }

    [Fact]
    public async Task A_time_range_counts_when_the_query_looks_at_it()
    {
        SharedAnswers runner = Sharing(Forever);
        QueryRequest plain = Sql(ByChance), timed = Sql("SELECT $__timeFrom() AS at");
        await QueryAnswer.Of(runner, new QueryRequest(plain) { FromUnixNs = 1_000_000 }, Subject);
        await QueryAnswer.Of(runner, new QueryRequest(plain) { FromUnixNs = 2_000_000 }, Subject);
        Assert.Equal(1, runner.Count);
        QueryAnswer one = await QueryAnswer.Of(runner, new QueryRequest(timed) { FromUnixNs = 1_000_000 }, Subject);
        QueryAnswer two = await QueryAnswer.Of(runner, new QueryRequest(timed) { FromUnixNs = 2_000_000 }, Subject);
        Assert.NotEqual(one.Rows, two.Rows);
    }

    [Fact]
    public async Task A_large_answer_is_sent_as_it_is_made()
    {
        SharedAnswers runner = Sharing(Forever with { SharedAnswerBytesMax = 100 });
        QueryAnswer one = await QueryAnswer.Of(runner, Sql(ByChance), Subject);
        QueryAnswer other = await QueryAnswer.Of(runner, Sql(ByChance), Subject);
        Assert.Equal(5, one.Rows.Count);
        Assert.NotEqual(one.Rows, other.Rows);
    }

    [Fact]
    public async Task What_is_kept_is_bounded_altogether()
    {
        SharedAnswers runner = Sharing(Forever with { SharedBytesMax = 1_500 });
        for (int n = 0; n < 10; n++)
            await QueryAnswer.Of(runner, Sql($"SELECT {n} AS n, random() AS r"), Subject);
        await QueryAnswer.Of(runner, Sql("SELECT 9 AS n, random() AS r"), Subject);
        Assert.Equal(1, runner.Count);
        await QueryAnswer.Of(runner, Sql("SELECT 0 AS n, random() AS r"), Subject);
        Assert.Equal(1, runner.Count);
    }

    [Fact]
    public async Task A_viewer_who_takes_nothing_holds_up_nobody()
    {
        SharedAnswers runner = Sharing(Forever);
        StuckSink stuck = new();
        using CancellationTokenSource end = new();
        Task first = runner.RunAsync(Sql(ByChance), Subject, stuck, end.Token);
        await stuck.Stuck.WaitAsync(TestContext.Current.CancellationToken);
        QueryAnswer answer = await QueryAnswer.Of(runner, Sql(ByChance), Subject);
        Assert.Equal(5, answer.Rows.Count);
        Assert.Equal(1, runner.Count);
        Assert.False(first.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task Others_ask_themselves_when_the_first_goes_away()
    {
        SharedAnswers runner = Sharing(Forever with { TimeMax = TimeSpan.FromSeconds(2) });
        using CancellationTokenSource leave = new();
        Task first = runner.RunAsync(Endless, Subject, new QueryAnswer(), leave.Token);
        Task<StoreException> second = Assert.ThrowsAsync<StoreException>(
            () => QueryAnswer.Of(runner, Endless, Subject));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(StoreError.TimeLimit, (await second).Error);
    }

    [Fact]
    public async Task What_is_wrong_is_said_to_all_and_tried_again()
    {
        SharedAnswers runner = Sharing(Forever);
        QueryRequest wrong = Sql("SELECT nothing_like_it FROM goroutines");
        StoreException[] all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ =>
            Assert.ThrowsAsync<StoreException>(() => QueryAnswer.Of(runner, wrong, Subject))));
        Assert.All(all, e => Assert.Contains("nothing_like_it", e.Message, StringComparison.Ordinal));
        await Assert.ThrowsAsync<StoreException>(() => QueryAnswer.Of(runner, wrong, Subject));
        Assert.Equal(0, runner.Count);
    }

    [Fact]
    public async Task Nothing_is_known_of_a_file_that_was_removed()
    {
        SharedAnswers runner = Sharing(Forever);
        await QueryAnswer.Of(runner, Sql(ByChance), Subject);
        runner.Forget(Subject.Snapshot!.Path);
        await QueryAnswer.Of(runner, Sql(ByChance), Subject);
        Assert.Equal(0, runner.Count);
    }

    private SharedAnswers Sharing(QueryRunnerLimits limits) =>
        new(Owned(new QueryRunner(limits)), limits, TimeProvider.System);

    private static QueryRequest From(QueryRequest request, string user) =>
        new(request) { Caller = new Caller { User = user, Role = "Viewer", Origin = Origin.Panel } };

    private sealed class StuckSink : IQuerySink
    {
        private readonly TaskCompletionSource stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stuck => stuck.Task;

        public async ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop)
        {
            stuck.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }

        public ValueTask RowsAsync(ByteString arrow, CancellationToken stop) => ValueTask.CompletedTask;

        public void Notice(Notice notice)
        {
        }
    }
}
