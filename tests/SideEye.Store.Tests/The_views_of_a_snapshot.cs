namespace SideEye.Store.Tests;

public sealed class The_views_of_a_snapshot : IDisposable
{
    private const long Second = 1_000_000_000;

    private readonly TemporaryFolder folder = new();
    private readonly string path;

    public The_views_of_a_snapshot()
    {
        path = folder.File("a.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711)
            .Stack(1,
                ("runtime.gopark", "/go/proc.go", 1), ("internal/poll.(*FD).Read", "/go/fd.go", 2),
                ("main.read", "/src/main.go", 3), ("main.main", "/src/main.go", 4))
            .Stack(2, ("runtime.gopark", "/go/proc.go", 1), ("runtime.bgsweep", "/go/sweep.go", 2))
            .Stack(3, ("example.com/shop/internal/db.Query", "/src/db.go", 9), ("runtime.goexit", "/go/asm.s", 1))
            .Goroutine(1, 10, 1, reason: "IO wait", waitedNs: 3 * Second, source: "observed",
                more: [("created_by", "main.start"), ("created_at_line", 7)])
            .Goroutine(1, 11, 1, reason: "IO wait", waitedNs: 5 * Second, source: "runtime",
                more: [("created_by", "main.start"), ("created_at_line", 8)])
            .Goroutine(1, 12, 1, reason: "IO wait", waitedNs: 5 * Second, source: "observed",
                more: [("created_by", "main.start"), ("created_at_line", 7)])
            .Goroutine(1, 13, 1, "running")
            .Goroutine(1, 14, 3, "runnable", more: [("created_by", "main.other"), ("truncated", true)])
            .Goroutine(1, 15, 3, "runnable", more: ("created_by", "main.other"))
            .Goroutine(1, 2, 2, reason: "GC sweep wait", waitedNs: 99 * Second, more: ("is_system", true))
            .Goroutine(1, 16, null, "idle")
            .Write(path);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Groups_have_count_longest_wait_its_source_and_the_goroutine_that_waits_longest() =>
        Assert.Equal(
        [
            "3 | IO wait | 5000000000 | runtime | 11 | main.read | NULL | False | False",
            "2 | NULL | NULL | NULL | 14 | example.com/shop/internal/db.Query | main.other | False | True",
            "1 | NULL | NULL | NULL | 13 | main.read | NULL | False | False",
            "1 | NULL | NULL | NULL | 16 | NULL | NULL | False | False",
            "1 | GC sweep wait | 99000000000 | NULL | 2 | runtime.gopark | NULL | True | False",
        ], QueryText.Ask(path, """
            SELECT count, wait_reason, longest_waiting_ns, longest_waiting_source, example_goroutine_id, function,
                   created_by, is_system, truncated
            FROM goroutine_groups
            """));

    [Fact]
    public void Stacks_list_their_functions_innermost_first() =>
        Assert.Equal(["[runtime.gopark, internal/poll.(*FD).Read, main.read, main.main]"],
            QueryText.Ask(path, "SELECT functions FROM stacks WHERE stack_id = 1"));

    [Fact]
    public void Frames_repeat_a_shared_stack_for_each_of_its_goroutines() =>
        Assert.Equal(["4 | 4"], QueryText.Ask(path,
            "SELECT count(*), count(DISTINCT goroutine_id) FROM frames WHERE function = 'main.main'"));

    [Fact]
    public void Top_frames_skip_plumbing_but_not_the_internal_packages_of_a_module() =>
        Assert.Equal(
        [
            "4 | 5000000000 | main.read | 3 | False",
            "2 | NULL | example.com/shop/internal/db.Query | 9 | False",
            "1 | NULL | NULL | NULL | False",
            "1 | 99000000000 | runtime.gopark | 1 | True",
        ], QueryText.Ask(path, "SELECT count, longest_waiting_ns, function, line, is_system FROM top_frames"));

    [Theory]
    [InlineData("main.fetch", "internal/poll.(*FD).Read", "net.(*conn).Read", "net/http.(*Client).Do", "main.fetch")]
    [InlineData("golang.org/x/net/http2.(*Framer).ReadFrame", "bufio.(*Reader).Read", "io.ReadFull",
        "golang.org/x/net/http2.(*Framer).ReadFrame", "main.main")]
    [InlineData("shop/queue.Run", "sync.(*Mutex).Lock", "log/slog.Info", "shop/queue.Run", "main.main")]
    [InlineData("net.(*conn).Read", "internal/poll.(*FD).Read", "net.(*conn).Read", "net/http.(*conn).serve")]
    [InlineData("vendor/golang.org/x/net/http2/hpack.Decode", "vendor/golang.org/x/net/http2/hpack.Decode",
        "net/http.(*conn).serve")]
    public void The_top_of_a_stack_is_the_users_code_where_there_is_some(string top, params string[] functions)
    {
        string file = folder.File("tops.duckdb");
        new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711)
            .Stack(1, [("runtime.gopark", "/go/proc.go", 1), .. functions.Select(f => (f, "/src/x.go", 2)),
                ("runtime.goexit", "/go/asm.s", 1)])
            .Write(file);
        Assert.Equal([top], QueryText.Ask(file, "SELECT function FROM stack_tops"));
    }

    [Fact]
    public void Waiting_goroutines_come_oldest_first_without_those_of_the_runtime() =>
        Assert.Equal(["11 | main.read", "12 | main.read", "10 | main.read"],
            QueryText.Ask(path, "SELECT goroutine_id, function FROM waiting"));

    [Fact]
    public void Goroutines_are_counted_by_go_statement_and_by_status()
    {
        Assert.Equal(["main.start | 7 | 2", "main.other | NULL | 2", "NULL | NULL | 2", "main.start | 8 | 1"],
            QueryText.Ask(path,
                "SELECT created_by, created_at_line, count FROM created_by_groups WHERE NOT is_system"));
        Assert.Equal(["waiting | IO wait | 3", "runnable | NULL | 2", "idle | NULL | 1", "running | NULL | 1"],
            QueryText.Ask(path, "SELECT status, wait_reason, count FROM status_counts WHERE NOT is_system"));
    }

    [Theory]
    [InlineData("frames")]
    [InlineData("stacks")]
    [InlineData("stack_tops")]
    [InlineData("goroutine_groups")]
    [InlineData("top_frames")]
    [InlineData("waiting")]
    [InlineData("created_by_groups")]
    [InlineData("status_counts")]
    public void Views_of_an_empty_snapshot_are_empty(string view)
    {
        string empty = folder.File("empty.duckdb");
        new SnapshotBuilder().Write(empty);
        Assert.Empty(QueryText.Ask(empty, $"SELECT * FROM {view}"));
    }
}
