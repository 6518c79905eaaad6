using System.Collections;
using System.Diagnostics;
using Apache.Arrow;
using Google.Protobuf;
using SideEye.ControlPlane.Queries;
using SideEye.ControlPlane.Queries.Workers;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.Cli.Tests;

/// <summary>What a query does to the process that runs it, and to nobody else.</summary>
public sealed class Queries_in_processes_of_their_own : IDisposable
{
    // DuckDB looks at no interrupt while it compares these: a second for each of two thousand rows.
    private const string Unstoppable = "SELECT max(levenshtein(x || i, x || 'y')) AS never "
        + "FROM (SELECT repeat('ab', 10000) AS x), range(2048) t(i)";
    private static readonly QueryRunnerLimits Limits = QueryRunnerLimits.Default;
    private static readonly WorkerLimits Short =
        WorkerLimits.Default with { Grace = TimeSpan.FromMilliseconds(200) };

    private readonly TemporaryFolder folder = new();
    private readonly List<QueryWorkers> all = [];

    public Queries_in_processes_of_their_own()
    {
        SnapshotBuilder builder = new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711)
            .Stack(7, ("main.serve", "m.go", 7));
        for (int id = 0; id < 5; id++)
            builder.Goroutine(1, id, 7);
        builder.Write(Path);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Path => folder.File("a.duckdb");

    private QuerySubject Subject => new()
    {
        Snapshot = new SnapshotRef("snap-1", Path, SnapshotBuilder.CapturedAt, "shop", null),
    };

    public void Dispose()
    {
        all.ForEach(static workers => workers.Dispose());
        folder.Dispose();
    }

    [Fact]
    public async Task Answers_are_those_of_a_query_in_this_process()
    {
        QueryWorkers workers = Workers();
        using QueryRunner here = new(Limits);
        foreach (QueryRequest request in (QueryRequest[])
            [
                Sql("SELECT *, $__program() AS program FROM goroutines ORDER BY goroutine_id"),
                Sql("SELECT range AS n FROM range(50000)"), new QueryRequest(Sql("FROM goroutines")) { RowsMax = 2 },
                new QueryRequest { Kind = QueryKind.Flamegraph }, new QueryRequest { Kind = QueryKind.Goroutines },
            ])
        {
            Answer there = new(), own = new();
            QueryOutcome expected = await here.RunAsync(request, Subject, own, Stop);
            Assert.Equal(expected, await workers.RunAsync(request, Subject, there, Stop));
            Assert.Equal(own.Parts, there.Parts);
        }
        Assert.Equal(0, workers.Ended);
    }

    [Fact]
    public async Task A_query_over_the_history_sees_it()
    {
        Answer answer = new();
        QuerySubject subject = Subject with { History = [Subject.Snapshot!] };
        QueryOutcome outcome = await Workers().RunAsync(
            Sql("SELECT snapshot_id, count(*) AS n FROM history.goroutines GROUP BY ALL"), subject, answer, Stop);
        Assert.Equal(1, outcome.Rows);
    }

    [Fact]
    public async Task What_is_wrong_is_said_as_always_and_the_process_stays()
    {
        QueryWorkers workers = Workers();
        StoreException wrong = await FailsAsync(workers, Sql("SELECT nothing_like_it FROM goroutines"));
        Assert.Equal(StoreError.Sql, wrong.Error);
        Assert.Contains("nothing_like_it", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(0, workers.Ended);
    }

    [Fact]
    public async Task One_that_cannot_be_interrupted_is_ended_when_its_time_is_over()
    {
        QueryWorkers workers = Workers(Limits with { TimeMax = TimeSpan.FromSeconds(1) }, Short);
        StoreException late = await FailsAsync(workers, Sql(Unstoppable));
        Assert.Equal(StoreError.TimeLimit, late.Error);
        Assert.Contains("longer than 1 s", late.Message, StringComparison.Ordinal);
        Assert.Equal(1, workers.Ended);
        Assert.Equal(5, (await workers.RunAsync(Sql("FROM goroutines"), Subject, new Answer(), Stop)).Rows);
    }

    [Fact]
    public async Task Nobody_waits_for_queries_that_nobody_wants_any_more()
    {
        QueryWorkers workers = Workers(Limits, Short);
        using CancellationTokenSource leave = new();
        Task[] stuck =
        [
            .. Enumerable.Range(0, Limits.RunningMax).Select(_ => Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => workers.RunAsync(Sql(Unstoppable), Subject, new Answer(), leave.Token))),
        ];
        Task<QueryOutcome> next = workers.RunAsync(Sql("FROM goroutines"), Subject, new Answer(), Stop);
        await leave.CancelAsync();
        await Task.WhenAll(stuck);
        Assert.Equal(5, (await next).Rows);
    }

    [Fact]
    public async Task One_that_fills_the_memory_is_ended_and_the_others_go_on()
    {
        // 16 GB that DuckDB does not count, if it got so far.
        QueryRequest greedy = Sql("SELECT max(length(hex(hex(hex(hex(x || i)))))) AS n "
            + "FROM (SELECT repeat('x', 500000) AS x), range(2048) t(i)");
        QueryWorkers workers = Workers(
            Limits with { GrowthBytesMax = long.MaxValue },
            WorkerLimits.Default with { BytesMax = 600 << 20, BytesMaxTogether = 1 << 30 });
        Task<StoreException> fails = FailsAsync(workers, greedy);
        for (int n = 0; n < 20; n++)
            Assert.Equal(5, (await workers.RunAsync(Sql("FROM goroutines"), Subject, new Answer(), Stop)).Rows);
        Assert.Equal(StoreError.OutOfMemory, (await fails).Error);
        Assert.Equal(1, workers.Ended);
    }

    [Fact]
    public async Task A_process_that_is_killed_costs_one_answer()
    {
        QueryWorkers workers = Workers(Limits, Short);
        Task<StoreException> fails = FailsAsync(workers, Sql(Unstoppable));
        await UntilAsync(() => Children().Any(static child => child.IsRunning));
        foreach ((int id, _) in Children().Where(static child => child.IsRunning).ToArray())
        {
            using Process child = Process.GetProcessById(id);
            child.Kill();
        }
        Assert.Contains("has ended", (await fails).Message, StringComparison.Ordinal);
        Assert.Equal(5, (await workers.RunAsync(Sql("FROM goroutines"), Subject, new Answer(), Stop)).Rows);
    }

    [Fact]
    public async Task One_that_was_killed_while_nobody_asked_costs_nothing()
    {
        QueryWorkers workers = Workers();
        Assert.Equal(5, (await workers.RunAsync(Sql("FROM goroutines"), Subject, new Answer(), Stop)).Rows);
        foreach ((int id, _) in Children())
        {
            using Process child = Process.GetProcessById(id);
            child.Kill();
        }
        Assert.Equal(5, (await workers.RunAsync(Sql("FROM goroutines"), Subject, new Answer(), Stop)).Rows);
    }

    [Fact]
    public async Task A_caller_who_cannot_take_the_answer_costs_no_process()
    {
        QueryWorkers workers = Workers();
        await Assert.ThrowsAsync<EndOfStreamException>(() => workers.RunAsync(
            Sql("SELECT range AS n FROM range(500000)"), Subject, new Answer { Fails = true }, Stop));
        Assert.Equal(5, (await workers.RunAsync(Sql("FROM goroutines"), Subject, new Answer(), Stop)).Rows);
        Assert.Equal(0, workers.Ended);
    }

    [Fact]
    public async Task A_process_that_cannot_be_started_is_said()
    {
        using QueryWorkers workers = new("/nowhere/sideeye", Limits, WorkerLimits.Default, TimeProvider.System);
        StoreException none = await FailsAsync(workers, Sql("FROM goroutines"));
        Assert.Equal(StoreError.Busy, none.Error);
        Assert.Contains("cannot be started", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task None_is_left_when_the_control_plane_ends()
    {
        QueryWorkers workers = Workers();
        Task<StoreException> stuck = FailsAsync(workers, Sql(Unstoppable));
        await UntilAsync(() => Children().Any(static child => child.IsRunning));
        workers.Dispose();
        await stuck;
        await UntilAsync(() => Children().Count == 0);
    }

    private QueryWorkers Workers(QueryRunnerLimits? limits = null, WorkerLimits? workerLimits = null)
    {
        QueryWorkers workers = new(
            System.IO.Path.Combine(AppContext.BaseDirectory, "sideeye"), limits ?? Limits,
            workerLimits ?? WorkerLimits.Default, TimeProvider.System);
        all.Add(workers);
        return workers;
    }

    private Task<StoreException> FailsAsync(QueryWorkers workers, QueryRequest request) =>
        Assert.ThrowsAsync<StoreException>(() => workers.RunAsync(request, Subject, new Answer(), Stop));

    private static QueryRequest Sql(string sql) => new() { Kind = QueryKind.Sql, Sql = sql };

    /// <summary>Our query processes, and whether they are computing.</summary>
    private static List<(int Id, bool IsRunning)> Children()
    {
        List<(int, bool)> found = [];
        foreach (string folder in Directory.GetDirectories("/proc", "*").Where(static one => char.IsAsciiDigit(one[6])))
        {
            try
            {
                string stat = File.ReadAllText($"{folder}/stat");
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                bool isOurs = fields[1] == $"{Environment.ProcessId}" && fields[0] != "Z"
                    && File.ReadAllText($"{folder}/cmdline").Contains(WorkerProgram.Command, StringComparison.Ordinal);
                // Threads that look at one query: more processor time than the start of .NET takes.
                if (isOurs)
                    found.Add((int.Parse(folder[6..], null), int.Parse(fields[11], null) > 100));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Ended meanwhile.
            }
        }
        return found;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(50, Stop);
    }

    private sealed class Answer : IQuerySink
    {
        public List<string> Parts { get; } = [];

        public bool Fails { get; init; }

        public ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop)
        {
            Parts.Add($"{header}");
            return ValueTask.CompletedTask;
        }

        public ValueTask RowsAsync(ByteString arrow, CancellationToken stop)
        {
            if (Fails)
                throw new EndOfStreamException();
            foreach (RecordBatch batch in ArrowRows.Decode(arrow, out _))
            {
                // Not the bytes: behind a column's last value they are whatever was in memory.
                using (batch)
                    Parts.AddRange(batch.Arrays.Select(Text));
            }
            return ValueTask.CompletedTask;
        }

        public void Notice(Notice notice) => Parts.Add($"{notice}");

        private static string Text(IArrowArray column) => string.Join(", ", ((IEnumerable)column).Cast<object?>());
    }
}
