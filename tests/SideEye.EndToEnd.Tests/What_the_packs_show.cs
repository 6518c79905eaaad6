using System.Globalization;
using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>With no spec at all, of programs that know what is in flight in them: by every version of Go.</summary>
public sealed class What_the_packs_show : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> GoVersions => [.. Toolchains.Versions];

    private string Out => folder.File("packs.duckdb");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(GoVersions))]
    public async Task Queries_that_run_with_their_text_and_who_waits_for_a_connection_that_who_has(string goVersion)
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync("sqlapp", goVersion);
        IReadOnlyDictionary<string, NamedGoroutine> named = await target.NamedGoroutinesAsync();
        Snapshot(target);

        Dictionary<string, JsonElement> rows = ByName(
            named, "SELECT goroutine_id, kind, query, connection, pool, num_open, max_open FROM sql_queries");
        Dictionary<string, (string Kind, string? Query)> expected = new()
        {
            ["query"] = ("query", "SELECT name FROM users WHERE id = ?"),
            ["row"] = ("query", "SELECT name FROM users LIMIT 1"),
            ["exec"] = ("exec", "UPDATE users SET name = ? WHERE id = ?"),
            ["own connection"] = ("exec", "VACUUM users"),
            ["prepared query"] = ("prepared query", "SELECT visits FROM clients WHERE id = ?"),
            ["prepared exec"] = ("prepared exec", "DELETE FROM clients WHERE id = ?"),
            ["transaction"] = ("exec", "INSERT INTO orders VALUES (?)"),
            ["holder"] = ("query", "SELECT pg_sleep(3600)"),
            ["query without connection"] = ("query waits for a connection", "SELECT id FROM waiting"),
            ["exec without connection"] = ("exec waits for a connection", "UPDATE waiting SET id = 1"),
            ["begin without connection"] = ("waits for a connection", null),
        };
        string longQuery = Text(rows["long query"], "query")!;
        Assert.StartsWith("SELECT 'abcdefgh", longQuery, StringComparison.Ordinal);
        Assert.Equal(4096, longQuery.Length);
        rows.Remove("long query");
        // The compilers of these versions keep the statement nowhere while it is executed.
        if (Text(rows["prepared exec"], "query") is null && goVersion is "1.23" or "1.24" or "1.25" or "1.26")
            expected["prepared exec"] = ("prepared exec", null);
        Assert.Equal(expected, rows.ToDictionary(
            static row => row.Key, static row => (Text(row.Value, "kind")!, Text(row.Value, "query"))));
        AssertConnections(rows);
        Assert.Empty(SnapshotQuery.Rows(Out, "SELECT * FROM derived_errors"));
        Assert.Empty(SnapshotQuery.Rows(Out, "SELECT * FROM capture_errors WHERE expression <> 's.query'"));
    }

    [Theory]
    [MemberData(nameof(GoVersions))]
    public async Task Waits_in_package_sync_with_the_address_of_what_they_wait_for_and_sleeps(string goVersion)
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync("sqlapp", goVersion);
        IReadOnlyDictionary<string, NamedGoroutine> named = await target.NamedGoroutinesAsync();
        Dictionary<string, string> addresses = target.Greeting
            .Where(static line => line.StartsWith("address of ", StringComparison.Ordinal))
            .Select(static line => line.Split(' ')).ToDictionary(static words => words[2], static words => words[3]);
        Snapshot(target);

        Dictionary<string, JsonElement> waits = ByName(
            named, "SELECT goroutine_id, waits_for, address, function FROM sync_waits");
        Assert.Equal(
            new Dictionary<string, (string?, string?)>
            {
                ["mutex"] = ("Mutex", addresses["held"]),
                ["mutex too"] = ("Mutex", addresses["held"]),
                ["to read"] = ("RWMutex (to read)", addresses["written"]),
                ["to write"] = ("RWMutex (to write)", addresses["read"]),
                ["wait group"] = ("WaitGroup", addresses["unended"]),
                ["cond"] = ("Cond", addresses["unsigned"]),
            },
            waits.ToDictionary(
                static row => row.Key, static row => (Text(row.Value, "waits_for"), Text(row.Value, "address"))));
        Assert.All(waits.Values, static row =>
            Assert.StartsWith("main.waits.func", Text(row, "function"), StringComparison.Ordinal));
        JsonElement sleep = ByName(named, "SELECT goroutine_id, duration_ns, function FROM sleepers")["sleep"];
        Assert.Equal(TimeSpan.FromHours(3).TotalNanoseconds, sleep.GetProperty("duration_ns").GetDouble());
    }

    [Theory]
    [MemberData(nameof(GoVersions))]
    public async Task Http_requests_and_the_calls_that_wait_for_them(string goVersion)
    {
        Requires.Bpf();
        DateTimeOffset begun = DateTimeOffset.UtcNow;
        await using PairTarget pair = await PairTarget.StartAsync(goVersion);
        string server = pair.BackRoom.Greeting[0].Split(' ')[1];
        Snapshot(pair.BackRoom, pair.FrontDesk);

        IReadOnlyList<JsonElement> requests = SnapshotQuery.Rows(Out, """
            SELECT p.pid, method, r.host, path, protocol, r.remote_addr, local_addr, status, written_bytes,
                   is_cancelled, epoch(started) AS started, epoch(p.captured_at) AS captured, age_ns
            FROM http_requests_in_flight r JOIN processes p USING (process_id)
            WHERE path <> '/waiting'
            """);
        IReadOnlyList<JsonElement> calls = SnapshotQuery.Rows(Out, """
            SELECT p.pid, method, scheme, c.host, path, protocol, waits_for, c.local_addr, c.remote_addr, m.match_count
            FROM http_client_calls c JOIN processes p USING (process_id)
            LEFT JOIN link_matches m ON m.from_table = 'http_client_calls' AND m.to_table = 'http_requests_in_flight'
                 AND (m.process_id, m.goroutine_id, m.frame_index) = (c.process_id, c.goroutine_id, c.frame_index)
            """);
        Assert.Equal(2, requests.Count);
        Assert.Equal(2, calls.Count);
        Assert.All(requests, request =>
        {
            Assert.Equal(pair.BackRoom.ProcessId, request.GetProperty("pid").GetInt32());
            Assert.Equal(
                ("POST", server, "/info", "HTTP/1.1", server),
                (Text(request, "method"), Text(request, "host"), Text(request, "path"), Text(request, "protocol"),
                    Text(request, "local_addr")));
            Assert.False(request.GetProperty("is_cancelled").GetBoolean());
            Assert.Equal((0, 0), (request.GetProperty("status").GetInt32(),
                request.GetProperty("written_bytes").GetInt32()));
            // Seconds are what the server keeps.
            double started = request.GetProperty("started").GetDouble();
            Assert.InRange(
                started, begun.ToUnixTimeSeconds(), request.GetProperty("captured").GetDouble());
        });
        Assert.All(calls, call =>
        {
            Assert.Equal(pair.FrontDesk.ProcessId, call.GetProperty("pid").GetInt32());
            Assert.Equal(
                ("POST", "http", server, "/info", "HTTP/1", "response", server),
                (Text(call, "method"), Text(call, "scheme"), Text(call, "host"), Text(call, "path"),
                    Text(call, "protocol"), Text(call, "waits_for"), Text(call, "remote_addr")));
            Assert.Equal(1, call.GetProperty("match_count").GetInt32());
        });
        Assert.Equal(
            requests.Select(static request => Text(request, "remote_addr")).Order(StringComparer.Ordinal),
            calls.Select(static call => Text(call, "local_addr")).Order(StringComparer.Ordinal));
        Assert.Empty(SnapshotQuery.Rows(Out, "SELECT * FROM derived_errors"));
        // The reader of a connection has no response in hand while it waits for one.
        Assert.Empty(SnapshotQuery.Rows(Out, """
            SELECT * FROM capture_errors
            WHERE table_name LIKE 'http_client%' AND (table_name, expression[:4]) <> ('http_client_bodies', 'resp')
            """));
    }

    /// <summary>Who has a connection of which pool; a link leads from who waits for one to who has it.</summary>
    private void AssertConnections(Dictionary<string, JsonElement> rows)
    {
        string[] waiting = [.. rows.Keys.Where(static name => name.EndsWith(" connection", StringComparison.Ordinal)
            && name != "own connection")];
        Assert.Equal(3, waiting.Length);
        Assert.All(waiting, name =>
        {
            JsonElement row = rows[name];
            Assert.Null(Text(row, "connection"));
            Assert.Equal(Text(rows["holder"], "pool"), Text(row, "pool"));
            Assert.Equal((1, 1), (row.GetProperty("num_open").GetInt32(), row.GetProperty("max_open").GetInt32()));
        });
        string?[] connections = [.. rows.Where(row => !waiting.Contains(row.Key)).Select(
            static row => Text(row.Value, "connection"))];
        Assert.All(connections, static connection => Assert.NotNull(connection));
        Assert.Equal(connections.Length, connections.Distinct().Count());
        string holder = rows["holder"].GetProperty("goroutine_id").GetInt64().ToString(CultureInfo.InvariantCulture);
        JsonElement found = SnapshotQuery.Row(
            Out, "SELECT count(*) AS n, min(match_count) AS least, max(match_count) AS most FROM link_matches "
            + $"WHERE from_table = 'sql_connection_waits' AND example_goroutine_id = {holder}");
        Assert.Equal(
            (3, 1, 1),
            (found.GetProperty("n").GetInt32(), found.GetProperty("least").GetInt32(),
                found.GetProperty("most").GetInt32()));
    }

    private void Snapshot(params GoTarget[] targets)
    {
        string[] processes = [.. targets.SelectMany(static target => new[] { "--pid", $"{target.ProcessId}" })];
        CommandRun run = SideEyeProcess.Run(["snapshot", .. processes, "--out", Out, "--pause-max", "20000"]);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    /// <summary>The rows of a query, by the name of their goroutine.</summary>
    private Dictionary<string, JsonElement> ByName(IReadOnlyDictionary<string, NamedGoroutine> named, string query)
    {
        Dictionary<long, string> names = named.ToDictionary(static one => one.Value.Id, static one => one.Key);
        return SnapshotQuery.Rows(Out, query)
            .Where(row => names.ContainsKey(row.GetProperty("goroutine_id").GetInt64()))
            .ToDictionary(row => names[row.GetProperty("goroutine_id").GetInt64()]);
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();
}
