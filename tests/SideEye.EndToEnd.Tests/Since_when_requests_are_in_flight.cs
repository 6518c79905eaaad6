using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// HTTP/2 and gRPC servers keep nowhere since when they work on a request. Agents know between which of their looks its
/// goroutine came.
/// </summary>
public sealed class Since_when_requests_are_in_flight : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Every Go version that there is; of gRPC and golang.org/x/net those with libraries.</summary>
    public static TheoryData<string, string> Programs =>
    [
        .. Toolchains.Versions.Select(static version => ("h2", version)),
        .. new[] { "1.19", "1.23", "1.27" }.Select(static version => ("streams", version)),
    ];

    private string Out => folder.File("late.duckdb");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_request_that_came_while_an_agent_watched_tells_since_when(string program, string version)
    {
        Requires.Bpf();
        await BuiltAgent.BuildAsync();
        await using GoTarget target = await GoTarget.StartAsync(program, version);
        long ready = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000;
        await using ServedAgent served = await ServedAgent.StartAsync(
            [SideEyeProcess.Executable], folder.File("data"), agentOptions: ["--pause-budget", "60000"]);
        JsonElement[] early = await WatchedAsync(served, target);
        LateCall[] late = JsonSerializer.Deserialize<LateCall[]>(
            await target.AskAsync("late"), JsonSerializerOptions.Web)!;

        JsonElement[] rows = Requests(served, target);

        Assert.NotEmpty(late);
        Assert.All(early, static row => Assert.Null(Number(row, "started_us")));
        Assert.All(early, static row => Assert.Null(Number(row, "age_ns")));
        // Old programs do not tell which request a goroutine of golang.org/x/net works on.
        JsonElement[] nameless = [.. rows.Where(static row => Exchange(row) is null)];
        LateCall[] named = [.. late.Where(call => rows.Any(row => Exchange(row) == call.Exchange))];
        Assert.Equal(late.Length - named.Length, nameless.Count(static row => Number(row, "started_us") is not null));
        Assert.All(named, call => AssertIsSince(call, ready, rows.Single(row => Exchange(row) == call.Exchange)));
        Assert.All(
            rows.Except(nameless).Where(row => named.All(call => call.Exchange != Exchange(row))),
            static row => Assert.Null(Number(row, "started_us")));
        AssertOldestFirst(rows);
    }

    /// <summary>Those of each kind: also of those that were there before the first look.</summary>
    private static void AssertOldestFirst(JsonElement[] rows) =>
        Assert.All(rows.GroupBy(static row => row.GetProperty("kind").GetString()), static ofKind =>
        {
            long[] seen = [.. ofKind.Select(static row => Number(row, "before_us")!.Value)];
            Assert.Equal(seen.Order(), seen);
        });

    /// <summary>The clock on the wall may be slewed while the agent counts in another.</summary>
    private static void AssertIsSince(LateCall call, long ready, JsonElement row)
    {
        const long slewedUs = 20_000;
        long? started = Number(row, "started_us");
        Assert.True(call.ByWorker == started is null, row.ToString());
        if (call.ByWorker)
            return;
        Assert.InRange(started!.Value, ready - slewedUs, call.Arrived + slewedUs);
        Assert.True(Number(row, "before_us") >= call.Asked - slewedUs, row.ToString());
        Assert.True(Number(row, "age_ns") >= (Number(row, "captured_us") - call.Arrived - slewedUs) * 1000);
    }

    /// <summary>The requests, once the agent has looked at the program.</summary>
    private async Task<JsonElement[]> WatchedAsync(ServedAgent served, GoTarget target)
    {
        using CancellationTokenSource patience = new(GoTarget.Patience);
        while (true)
        {
            JsonElement[] rows = Requests(served, target);
            if (rows.Length > 0 && rows.All(static row => Number(row, "before_us") is not null))
                return rows;
            await Task.Delay(100, patience.Token);
        }
    }

    private JsonElement[] Requests(ServedAgent served, GoTarget target)
    {
        File.Delete(Out);
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--server", served.Address, "--out", Out, "--pause-max", "20000");
        Assert.True(run.ExitCode == 0, run.Error);
        return
        [
            .. SnapshotQuery.Rows(Out, $"""
                SELECT r.protocol || regexp_matches(r.path, '/(Watch|Talk)$') AS kind, r.exchange, r.age_ns,
                       epoch_us(r.started) AS started_us, epoch_us(g.created_before) AS before_us,
                       epoch_us(p.captured_at) AS captured_us
                FROM http_requests_in_flight r
                JOIN goroutines g USING (process_id, goroutine_id)
                JOIN processes p USING (process_id)
                WHERE p.pid = {target.ProcessId} AND r.protocol IN ('HTTP/2.0', 'gRPC')
                ORDER BY r.rowid
                """),
        ];
    }

    private static string? Exchange(JsonElement row) => row.GetProperty("exchange").GetString();

    private static long? Number(JsonElement row, string name) =>
        row.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;

    /// <summary>A call whose handler began between two times, microseconds of Unix time.</summary>
    private sealed record LateCall(string Exchange, bool ByWorker, long Asked, long Arrived)
    {
        [System.Text.Json.Serialization.JsonPropertyName("by_worker")]
        public bool ByWorker { get; init; } = ByWorker;
    }
}
