using System.Globalization;
using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// The requests in flight of a large program that is not ours, with their contents: by the built-in packs, and a spec
/// of ours that is also an example of the documentation.
/// </summary>
public sealed class What_etcd_is_at
{
    private const int Snapshots = 100;
    private const int SnapshotsMax = 1000;
    private const int Clients = 3;
    private const string Alpha = "/watched/alpha";
    private const string Beta = "/watched/beta/";
    private const string Lock = "/locks/deploy";

    // What the test wants to know of a snapshot, one JSON document a row: of what was captured ...
    private const string Captured = """
        WITH calls AS (
            SELECT process_id, goroutine_id, concat(remote_ip, ':', remote_port) AS client FROM grpc_server_unary
            UNION ALL
            SELECT process_id, goroutine_id, concat(remote_ip, ':', remote_port) FROM grpc_server_streaming)
        SELECT json_object('of', 'member', 'name', name, 'leads', id = leader, 'term', raft_term,
                           'applied', applied_index, 'committed', committed_index)::VARCHAR FROM etcd_member
        UNION ALL SELECT json_object('of', 'watch', 'key', w.value->>'key', 'end', coalesce(w.value->>'end', ''),
                                     'client', client)::VARCHAR
                  FROM etcd_watch_streams s LEFT JOIN calls USING (process_id, goroutine_id), json_each(s.watchers) w
        UNION ALL SELECT json_object('of', 'put', 'key', request->>'Key', 'request', request, 'client',
                                     client)::VARCHAR
                  FROM etcd_put LEFT JOIN calls USING (process_id, goroutine_id)
        UNION ALL SELECT json_object('of', 'range', 'key', request->>'Key', 'request', request, 'client',
                                     client)::VARCHAR
                  FROM etcd_range LEFT JOIN calls USING (process_id, goroutine_id)
        UNION ALL SELECT json_object('of', 'lock', 'key', request->>'Name', 'lease', lease_id, 'client',
                                     client)::VARCHAR
                  FROM etcd_lock LEFT JOIN calls USING (process_id, goroutine_id)
        UNION ALL SELECT json_object('of', 'fault', 'text', concat_ws(': ', table_name, expression, reason))::VARCHAR
                  FROM capture_errors WHERE regexp_matches(table_name, '^grpc')
        UNION ALL SELECT json_object('of', 'fault', 'text', error)::VARCHAR FROM processes
                  WHERE truncated OR error IS NOT NULL
        """;

    // ... and of what was derived from it.
    private const string Derived = """
        SELECT json_object('of', 'member', 'name', name, 'leads', is_leader, 'term', raft_term,
                           'applied', applied_index, 'committed', committed_index)::VARCHAR FROM etcd_member
        UNION ALL SELECT json_object('of', 'watch', 'key', key, 'end', range_end, 'client', client)::VARCHAR
                  FROM etcd_watches
        UNION ALL SELECT json_object('of', kind, 'key', key, 'request', request, 'lease', lease_id, 'age', age_ns,
                                     'client', client)::VARCHAR FROM oldest_requests
        UNION ALL SELECT json_object('of', 'stream', 'method', s.method, 'peers', m.match_count)::VARCHAR
                  FROM grpc_streams s
                  LEFT JOIN (SELECT DISTINCT process_id, goroutine_id, frame_index, match_count FROM link_matches
                             WHERE from_table = 'grpc_streams' AND to_table = 'grpc_streams') m
                  USING (process_id, goroutine_id, frame_index)
                  WHERE s.method = '/v3lockpb.Lock/Lock'
        UNION ALL SELECT json_object('of', 'fault', 'text', concat_ws(': ', table_name, expression, reason))::VARCHAR
                  FROM capture_errors e LEFT JOIN http_server_conns c USING (process_id, goroutine_id, frame_index)
                  WHERE regexp_matches(table_name, '^(grpc|http)') AND coalesce(conn_state, 'active') = 'active'
                        -- The reader of a client's connection has no response in hand while it waits for one.
                        AND table_name <> 'http_client_bodies'
        UNION ALL SELECT json_object('of', 'fault', 'text', error)::VARCHAR FROM derived_errors
        UNION ALL SELECT json_object('of', 'fault', 'text', error)::VARCHAR FROM links WHERE error IS NOT NULL
        UNION ALL SELECT json_object('of', 'fault', 'text', error)::VARCHAR FROM processes
                  WHERE truncated OR error IS NOT NULL
        """;

    private static readonly string Spec = Repository.PathOf("docs", "examples", "etcd.yaml");

    [Fact]
    public async Task A_hundred_snapshots_of_a_leader_under_load_hold_what_its_clients_have_asked()
    {
        Requires.Bpf();
        await QuietRounds.RunAsync(HundredAsync);
    }

    private static async Task<bool> HundredAsync(bool isLast)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string etcd = await Etcd.BuildAsync(cancellation);
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(etcd);
        await using EtcdLoad load = EtcdLoad.Start(cluster.Clients, Clients);
        (EtcdNode leader, ulong term) = await cluster.LeaderAsync();
        await using EtcdClient alpha = EtcdClient.Start(etcd, leader, "watch", Alpha);
        await using EtcdClient beta = EtcdClient.Start(etcd, leader, "watch", "--prefix", Beta);
        await using EtcdLock first = await EtcdLock.TakeAsync(leader, Lock);
        await using EtcdLock second = EtcdLock.Ask(leader, Lock);
        await load.ProceedAsync(100);

        List<(JsonElement[] Rows, bool IsDerived)> snapshots = [];
        await using (SnapshotLoop loop = SnapshotLoop.StartCapturing(leader.ProcessId, Spec, Captured, Derived))
        {
            // Of ten one is derived, and a write is in flight in some of those.
            bool IsEnough() => snapshots.Count >= Snapshots && snapshots.Exists(static one => HasAge(one.Rows));
            for (int taken = 0; !IsEnough(); taken++)
            {
                LoopedSnapshot snapshot = await loop.RequireNextAsync(cancellation);
                Assert.True(snapshot.IsWhole, $"{snapshot}: {string.Join('\n', snapshot.Faults)}");
                JsonElement[] rows = [.. snapshot.Rows.Select(row => JsonDocument.Parse(row).RootElement)];
                Assert.Empty(rows.Where(row => Text(row, "of") == "fault").Select(row => Text(row, "text")));
                // Clients take what time they need to get there; then they stay.
                if (snapshots.Count > 0 || AllWait(rows))
                    snapshots.Add((rows, snapshot.IsDerived));
                Assert.True(taken < SnapshotsMax, "the clients never came to wait, or no write was in flight");
            }
            await loop.KillAsync();
        }
        (EtcdNode lastLeader, ulong lastTerm) = await cluster.LeaderAsync();

        bool isQuiet = load.Errors.Count == 0 && (leader.ProcessId, term) == (lastLeader.ProcessId, lastTerm);
        if (!isQuiet && !isLast)
            return false;
        Assert.Empty(load.Errors);
        Assert.Equal((leader.ProcessId, term), (lastLeader.ProcessId, lastTerm));
        Assert.All(snapshots, snapshot => AssertSays(snapshot.Rows, snapshot.IsDerived, term));
        Assert.InRange(snapshots.Count(static snapshot => snapshot.IsDerived), Snapshots / 10, SnapshotsMax);
        AssertProgress([.. snapshots.Select(static snapshot => snapshot.Rows)]);
        AssertLoad([.. snapshots.SelectMany(static snapshot => snapshot.Rows)]);
        Assert.False(alpha.HasExited || beta.HasExited || second.IsAnswered);
        return true;
    }

    [Fact]
    public async Task A_call_of_etcdctl_leads_to_the_stream_and_the_watch_that_serve_it()
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        string file = folder.File("both.duckdb");
        string etcd = await Etcd.BuildAsync(TestContext.Current.CancellationToken);
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(etcd, 1);
        EtcdNode node = cluster.Nodes[0];
        await using EtcdClient watcher = EtcdClient.Start(etcd, node, "watch", "--prefix", Beta);
        await using EtcdLock holder = await EtcdLock.TakeAsync(node, Lock);
        await using EtcdClient waiter = EtcdClient.Start(etcd, node, "lock", Lock);

        JsonElement watch = await UntilAsync(() => SnapshotOf(file, node, watcher, waiter), file, """
            SELECT w.key, w.range_end, w.client, c.local_addr, c.stream_id, s.stream_id AS server_stream_id
            FROM etcd_client_watches a
            JOIN link_matches l ON l.from_table = 'etcd_client_watches' AND l.to_table = 'etcd_watches'
                 AND (l.process_id, l.goroutine_id) = (a.process_id, a.goroutine_id)
            JOIN etcd_watches w ON (w.process_id, w.goroutine_id) = (l.example_process_id, l.example_goroutine_id)
            JOIN grpc_streams s ON (s.process_id, s.goroutine_id) = (w.process_id, w.goroutine_id)
            JOIN grpc_streams c ON c.side = 'client' AND c.process_id = a.process_id
                 AND (c.local_addr, c.remote_addr, c.stream_id) = (s.remote_addr, s.local_addr, s.stream_id)
            WHERE a.key = '/watched/beta/'
            """);

        Assert.Equal("/watched/beta0", Text(watch, "range_end"));
        Assert.Equal(Text(watch, "client"), Text(watch, "local_addr"));
        JsonElement waits = await UntilAsync(() => SnapshotOf(file, node, watcher, waiter), file, """
            SELECT l.prefix, l.my_key, l.lease_id, w.key AS watched
            FROM etcd_client_locks l
            JOIN processes p USING (process_id)
            JOIN etcd_client_watches c USING (process_id)
            JOIN etcd_watches w ON (w.key, w.range_end) = (c.key, c.range_end)
            WHERE p.executable LIKE '%etcdctl'
            """);
        Assert.Equal($"{Lock}/", Text(waits, "prefix"));
        string lease = waits.GetProperty("lease_id").GetInt64().ToString("x", CultureInfo.InvariantCulture);
        Assert.Equal($"{Lock}/{lease}", Text(waits, "my_key"));
        Assert.Equal(holder.Key, Text(waits, "watched"));
        Assert.Empty(SnapshotQuery.Rows(file, "SELECT * FROM derived_errors"));
        Assert.Empty(SnapshotQuery.Rows(
            file, "SELECT * FROM grpc_streams WHERE method IS NULL OR local_addr IS NULL OR remote_addr IS NULL"));
    }

    private static bool AllWait(JsonElement[] rows) =>
        Watched(rows).Contains((Alpha, "")) && Watched(rows).Contains((Beta, "/watched/beta0"))
        && rows.Any(static row => Text(row, "of") == "lock")
        // Who waits for a lock watches the one before it in the queue.
        && Watched(rows).Any(static watched => watched.Key!.StartsWith($"{Lock}/", StringComparison.Ordinal));

    /// <summary>What is true in every snapshot once the clients wait.</summary>
    private static void AssertSays(JsonElement[] rows, bool isDerived, ulong term)
    {
        Assert.True(AllWait(rows));
        Assert.All(rows.Where(static row => Text(row, "of") is "watch" && Text(row, "key") is Alpha or Beta),
            static row => Assert.StartsWith("127.0.0.1:", Text(row, "client"), StringComparison.Ordinal));
        JsonElement member = Assert.Single(rows, static row => Text(row, "of") == "member");
        Assert.True(member.GetProperty("leads").GetBoolean());
        Assert.Equal(term, member.GetProperty("term").GetUInt64());
        JsonElement waits = Assert.Single(rows, static row => Text(row, "of") == "lock");
        Assert.Equal(Lock, Text(waits, "key"));
        Assert.True(waits.GetProperty("lease").GetInt64() != 0);
        // The gateway calls its own member: both ends of the call are in this process, and find each other.
        if (!isDerived)
            return;
        JsonElement[] ends = [.. rows.Where(static row => Text(row, "of") == "stream")];
        Assert.Equal(2, ends.Length);
        Assert.All(ends, static end => Assert.Equal(1, end.GetProperty("peers").GetInt32()));
    }

    /// <summary>The member applies more and more, and no more than is committed.</summary>
    private static void AssertProgress(List<JsonElement[]> snapshots)
    {
        JsonElement[] members = [.. snapshots.Select(static rows => rows.Single(row => Text(row, "of") == "member"))];
        long[] applied = [.. members.Select(static member => member.GetProperty("applied").GetInt64())];
        Assert.Equal(applied.Order(), applied);
        Assert.True(applied[^1] > applied[0]);
        Assert.All(members, static member =>
            Assert.InRange(member.GetProperty("applied").GetInt64(), 1, member.GetProperty("committed").GetInt64()));
    }

    /// <summary>Whether a write tells since when it is in flight, as derived tables do.</summary>
    private static bool HasAge(JsonElement[] rows) => Array.Exists(rows, static row => Text(row, "of") == "put"
        && row.TryGetProperty("age", out JsonElement age) && age.ValueKind == JsonValueKind.Number);

    /// <summary>The clients of the load ask for what they do, and for nothing else.</summary>
    private static void AssertLoad(JsonElement[] rows)
    {
        JsonElement[] puts = [.. rows.Where(static row => Text(row, "of") == "put")];
        JsonElement[] ranges = [.. rows.Where(static row => Text(row, "of") == "range")];
        Assert.NotEmpty(puts);
        Assert.NotEmpty(ranges);
        Assert.All(puts, static put =>
        {
            Assert.Matches("^client-[0-2]$", Text(put, "key"));
            Assert.Matches("^[0-9]+$", Text(put.GetProperty("request"), "Value"));
        });
        Assert.All(ranges, static range => Assert.Matches("^client-[0-2]$", Text(range, "key")));
        Assert.All([.. puts, .. ranges], static row =>
            Assert.StartsWith("127.0.0.1:", Text(row, "client"), StringComparison.Ordinal));
    }

    private static HashSet<(string? Key, string? End)> Watched(JsonElement[] rows) =>
        [.. rows.Where(static row => Text(row, "of") == "watch").Select(
            static row => (Text(row, "key"), Text(row, "end")))];

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private static void SnapshotOf(string file, EtcdNode node, params EtcdClient[] clients)
    {
        string[] processes = [.. clients.Select(static client => client.ProcessId).Append(node.ProcessId).SelectMany(
            static pid => new[] { "--pid", pid.ToString(CultureInfo.InvariantCulture) })];
        CommandRun run = SideEyeProcess.Run(
            ["snapshot", .. processes, "--spec", Spec, "--out", file, "--pause-max", "20000"]);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    /// <summary>The row of a query, snapshot after snapshot until the clients have come so far.</summary>
    private static async Task<JsonElement> UntilAsync(Action snapshot, string file, string query)
    {
        using CancellationTokenSource patience = new(GoTarget.Patience);
        while (true)
        {
            snapshot();
            if (SnapshotQuery.Rows(file, query) is [JsonElement row, ..])
                return row;
            await Task.Delay(100, patience.Token);
        }
    }
}
