using SideEye.Tables;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Tests;

/// <summary>The built-in packs are right in themselves: names, SQL, all optional.</summary>
public sealed class The_packs
{
    private static readonly CaptureSpec Merged = SpecMerger.Merge(BuiltInPacks.All).Spec!;

    [Fact]
    public void Every_pack_of_the_repository_is_embedded()
    {
        IEnumerable<string> files = Directory.GetFiles(Repository.PathOf("packs")).Select(Path.GetFileName)
            .OfType<string>().Order(StringComparer.Ordinal).Select(static name => $"packs/{name}");
        Assert.Equal(files, BuiltInPacks.Files.Select(static file => file.Key));
    }

    [Fact]
    public void The_packs_go_together_and_nothing_of_them_is_a_must()
    {
        Assert.Empty(SpecMerger.Merge(BuiltInPacks.All).Problems);
        Assert.All(Merged.Functions, static function =>
            Assert.True(function.IsOptional && function.Captures.All(static each => each.IsOptional)));
        Assert.All(Merged.Tables, static table => Assert.True(table.IsOptional && table.Description is not null));
        Assert.All(Merged.Links, static link => Assert.True(link.IsOptional));
    }

    [Theory]
    [InlineData("http_requests_in_flight")]
    [InlineData("http_client_calls")]
    [InlineData("grpc_streams")]
    [InlineData("sql_queries")]
    [InlineData("sync_waits")]
    [InlineData("sleepers")]
    [InlineData("timers")]
    public void The_promised_tables_are_there(string table) =>
        Assert.Contains(Merged.Tables, each => each.Name == table);

    [Fact]
    public void Links_are_between_tables_of_the_packs()
    {
        string[] tables = [.. Merged.Tables.Select(static table => table.Name)];
        Assert.All(Merged.Links, link =>
            Assert.True(tables.Contains(link.From.Table) && tables.Contains(link.To.Table)));
    }

    [Fact]
    public void No_pack_captures_what_is_redacted() => Assert.All(
        Merged.Functions.SelectMany(static function => function.Captures).SelectMany(static each => each.Candidates),
        static expression => Assert.DoesNotContain(expression.ToString().Split('.', '(', ')', '*', '"', '/', '['),
            RedactionRules.Default.IsSecret));

    [Fact]
    public void The_built_in_tables_are_those_of_a_snapshot()
    {
        Assert.Subset(BuiltInTables.Names, SnapshotSchema.Tables.Select(static table => table.Key).ToHashSet());
        Assert.Subset(BuiltInTables.Names, SnapshotSchema.Views.Split('\n')
            .Where(static line => line.StartsWith("CREATE VIEW ", StringComparison.Ordinal))
            .Select(static line => line.Split(' ')[2]).ToHashSet());
        Assert.Subset(BuiltInTables.Names, CaptureSchema.Tables.Select(static table => table.Key).ToHashSet());
    }

    [Fact]
    public void The_SQL_of_the_packs_gives_the_rows_that_it_should()
    {
        using PackDatabase database = new(Merged);
        database.Run("""
            INSERT INTO processes (process_id, captured_at) VALUES (1, to_timestamp(1000));
            INSERT INTO stack_frames (stack_id, frame_index, function, package, file, line) VALUES
                (1, 0, 'runtime.gopark', 'runtime', 'proc.go', 1),
                (1, 1, 'runtime.semacquire1', 'runtime', 'sema.go', 1),
                (1, 2, 'sync.runtime_SemacquireMutex', 'sync', 'sema.go', 1),
                (1, 3, 'internal/sync.(*Mutex).lockSlow', 'internal/sync', 'mutex.go', 1),
                (1, 4, 'sync.(*Mutex).Lock', 'sync', 'mutex.go', 1),
                (1, 5, 'main.work', 'main', 'main.go', 12);
            INSERT INTO goroutines (process_id, goroutine_id, stack_id, wait_reason, waiting_for_ns)
                VALUES (1, 7, 1, 'sync.Mutex.Lock', 5);
            """);
        database.Row("http_server_conns", new() { ["cur_state"] = (995L << 8) | 1, ["method"] = "GET", ["path"] = "/a",
            ["ctx"] = """{"cancelled":false,"values":{"http_local_addr":"[::1]:80"}}""",
            ["remote_addr"] = "10.0.0.1:5" });
        database.Row("http_client_round_trips",
            new() { ["tls_local_ip"] = "10.0.0.1", ["tls_local_port"] = 5, ["method"] = "GET" });
        database.Row("sync_semaphores", new() { ["address"] = "0xc000012344" }, frame: 1);
        database.Row("sync_mutexes", new() { ["raw_m"] = """{"__addr":"0xc000012340"}""" }, frame: 3);
        database.Derive();
        Assert.Equal("active|[::1]:80|5000000000|/a", database.Ask("""
            SELECT concat_ws('|', c.conn_state, r.local_addr, r.age_ns, r.path)
            FROM http_requests_in_flight r JOIN http_server_conns c USING (process_id, goroutine_id)
            """));
        Assert.Equal("10.0.0.1:5|response", database.Ask(
            "SELECT concat_ws('|', local_addr, waits_for) FROM http_client_calls"));
        Assert.Equal("Mutex|0xc000012340|main.work|12", database.Ask(
            "SELECT concat_ws('|', waits_for, address, function, line) FROM sync_waits"));
        Assert.Equal("0xc000012340", database.Ask("SELECT address FROM sync_mutexes"));
        Assert.Equal("0", database.Ask("SELECT count(*)::VARCHAR FROM sql_queries"));
        Assert.Equal("0", database.Ask("SELECT count(*)::VARCHAR FROM grpc_streams"));
        Assert.Equal("0", database.Ask("SELECT count(*)::VARCHAR FROM sleepers"));
    }
}
