using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// With no spec at all, of programs that serve HTTP/2 and gRPC to themselves and know what is in flight: all of it,
/// with its true contents, both ends of each call linked.
/// </summary>
public sealed class What_the_packs_show_of_HTTP2 : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> GoVersions => [.. Toolchains.Versions];

    /// <summary>Those that scripts/build-streams has libraries for: grpc-go 1.33, 1.64 and 1.81.</summary>
    public static TheoryData<string> LibraryVersions => ["1.19", "1.23", "1.27"];

    private string Out => folder.File("packs.duckdb");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(GoVersions))]
    public async Task Requests_of_net_http_and_the_calls_that_wait_for_them(string goVersion)
    {
        Requires.Bpf();
        StreamEnd[] all = await SnapshotAsync("h2", goVersion);
        StreamEnd[] ends = [.. all.Where(static end => end.Protocol == "HTTP/2.0")];
        bool isKnown = Toolchains.IsAtLeast(goVersion, "1.23");
        StreamEnd[] served = [.. ends.Where(static end => end.Side == "server")];
        StreamEnd[] asked = [.. ends.Where(static end => end.Side == "client")];
        StreamEnd old = Assert.Single(all, static end => end is { Protocol: "HTTP/1.1", Side: "client" });
        Assert.True(served.Length >= 7 && asked.Length >= 6);

        Assert.Equal(
            InOrder(served),
            SnapshotQuery.Rows(Out, "SELECT * FROM http_requests_in_flight WHERE protocol = 'HTTP/2.0'")
                .Select(Request));
        Assert.Equal(
            asked.Append(old).Select(static end => (end.WaitsFor, end.Method, end.Scheme, end.Host, end.Path,
                (end.LocalAddress, end.RemoteAddress, end.StreamId))).Order(),
            SnapshotQuery.Rows(Out, "SELECT * FROM http_client_calls").Select(
                static row => (Text(row, "waits_for")!, Text(row, "method")!, Text(row, "scheme")!, Text(row, "host")!,
                    Text(row, "path")!, (Text(row, "local_addr")!, Text(row, "remote_addr")!,
                    Number(row, "stream_id") ?? 0))).Order());
        JsonElement begun = Assert.Single(SnapshotQuery.Rows(
            Out, "SELECT status FROM http_client_calls WHERE waits_for = 'body' AND protocol = 'HTTP/1'"));
        Assert.Equal(202, Number(begun, "status"));
        AssertLinks(1 + asked.Length);
        AssertNoFaults(isKnown ? "http2" : "http2_client");
    }

    [Theory]
    [InlineData("1.23")]
    [InlineData("1.27")]
    public async Task Requests_of_golang_org_x_net_and_the_calls_that_wait_for_them(string goVersion)
    {
        Requires.Bpf();
        StreamEnd[] ends = [.. (await SnapshotAsync("streams", goVersion)).Where(static end => end.Protocol == "h2c")];
        StreamEnd[] asked = [.. ends.Where(static end => end.Side == "client")];
        Assert.Equal(2, asked.Length);

        Assert.Equal(
            InOrder(ends.Where(static end => end.Side == "server")).Select(static end => (end.Method, end.Path,
                end.LocalAddress, end.RemoteAddress, end.StreamId)),
            SnapshotQuery.Rows(Out, "SELECT * FROM http_requests_in_flight WHERE protocol = 'HTTP/2.0'").Select(
                static row => (Text(row, "method")!, Text(row, "path")!, Text(row, "local_addr")!,
                    Text(row, "remote_addr")!, row.GetProperty("stream_id").GetInt64())));
        Assert.Equal(
            asked.Select(static end => (end.Method, end.Path, end.LocalAddress, end.RemoteAddress, end.StreamId))
                .Order(),
            SnapshotQuery.Rows(Out, "SELECT * FROM http_client_calls").Select(static row => (
                Text(row, "method")!, Text(row, "path")!, Text(row, "local_addr")!, Text(row, "remote_addr")!,
                row.GetProperty("stream_id").GetInt64())).Order());
        AssertLinks(asked.Length);
        AssertNoFaults("");
    }

    [Theory]
    [MemberData(nameof(LibraryVersions))]
    public async Task An_HTTP1_connection_that_a_handler_took_over_and_none_that_went_on_as_HTTP2(string goVersion)
    {
        Requires.Bpf();
        StreamEnd[] ends = await SnapshotAsync("streams", goVersion);
        StreamEnd taken = Assert.Single(ends, static end => end.Protocol == "taken");

        JsonElement row = Assert.Single(SnapshotQuery.Rows(
            Out, "SELECT * FROM http_requests_in_flight WHERE protocol NOT IN ('HTTP/2.0', 'gRPC')"));
        Assert.Equal(
            ("HTTP/1.1", taken.Method, taken.Path, taken.LocalAddress, taken.RemoteAddress),
            (Text(row, "protocol")!, Text(row, "method")!, Text(row, "path")!, Text(row, "local_addr")!,
                Text(row, "remote_addr")!));
        Assert.Equal(JsonValueKind.Number, row.GetProperty("age_ns").ValueKind);
    }

    [Theory]
    [MemberData(nameof(LibraryVersions))]
    public async Task Streams_of_gRPC_at_both_ends(string goVersion)
    {
        Requires.Bpf();
        StreamEnd[] ends = [.. (await SnapshotAsync("streams", goVersion)).Where(static end => end.Protocol == "grpc")];
        Assert.Equal(12, ends.Length);
        Assert.Equal(2, ends.Count(static end => end.Started > 0));

        Assert.Equal(
            ends.Select(static end => (end.Side, end.Kind, end.Path, end.StreamId, end.LocalAddress,
                end.RemoteAddress, end.Started)).Order(),
            SnapshotQuery.Rows(Out, "SELECT *, epoch_us(started) AS started_us FROM grpc_streams").Select(
                static row => (Text(row, "side")!, Text(row, "kind")!, Text(row, "method")!,
                    row.GetProperty("stream_id").GetInt64(), Text(row, "local_addr")!, Text(row, "remote_addr")!,
                    Number(row, "started_us") ?? 0)).Order());
        Assert.Equal(
            ends.Where(static end => end.Side == "server").Select(static end => (end.Path, end.StreamId,
                end.LocalAddress, end.RemoteAddress)).Order(),
            SnapshotQuery.Rows(Out, "SELECT * FROM http_requests_in_flight WHERE protocol = 'gRPC'").Select(
                static row => (Text(row, "path")!, row.GetProperty("stream_id").GetInt64(), Text(row, "local_addr")!,
                    Text(row, "remote_addr")!)).Order());
        IReadOnlyList<JsonElement> linked = SnapshotQuery.Rows(Out, """
            SELECT m.match_count, s.method, o.method AS other, s.side, o.side AS other_side
            FROM grpc_streams s
            JOIN link_matches m ON m.from_table = 'grpc_streams' AND m.to_table = 'grpc_streams'
                 AND m.from_rowid = s.rowid
            JOIN grpc_streams o ON o.rowid = m.example_rowid
            """);
        Assert.Equal(ends.Length, linked.Count);
        Assert.All(linked, static row =>
        {
            Assert.Equal(1, row.GetProperty("match_count").GetInt32());
            Assert.Equal(Text(row, "method"), Text(row, "other"));
            Assert.NotEqual(Text(row, "side"), Text(row, "other_side"));
        });
        AssertNoFaults("grpc");
    }

    /// <summary>As the table has them: connection by connection, in the order in which requests came.</summary>
    private static StreamEnd[] InOrder(IEnumerable<StreamEnd> served) =>
        [.. served.OrderBy(static end => end.RemoteAddress, StringComparer.Ordinal)
            .ThenBy(static end => end.StreamId).Select(static end => end with { Scheme = "" })];

    private static StreamEnd Request(JsonElement row) => new()
    {
        Protocol = Text(row, "protocol")!,
        Side = "server",
        Method = Text(row, "method") ?? "",
        Host = Text(row, "host") ?? "",
        Path = Text(row, "path") ?? "",
        LocalAddress = Text(row, "local_addr") ?? "",
        RemoteAddress = Text(row, "remote_addr") ?? "",
        StreamId = Number(row, "stream_id") ?? 0,
        Status = (int)(Number(row, "status") ?? -1),
        WrittenBytes = Number(row, "written_bytes") ?? -1,
        IsCancelled = row.GetProperty("is_cancelled").ValueKind == JsonValueKind.True,
    };

    /// <summary>Every call leads to the one request that it is, and back.</summary>
    private void AssertLinks(int calls)
    {
        IReadOnlyList<JsonElement> linked = SnapshotQuery.Rows(Out, """
            SELECT m.match_count, back.match_count AS back_count, c.path, r.path AS requested, c.local_addr,
                   r.remote_addr, c.stream_id, r.stream_id AS requested_stream
            FROM http_client_calls c
            JOIN link_matches m ON m.from_table = 'http_client_calls' AND m.to_table = 'http_requests_in_flight'
                 AND (m.process_id, m.goroutine_id, m.frame_index) = (c.process_id, c.goroutine_id, c.frame_index)
            JOIN http_requests_in_flight r
                 ON (r.process_id, r.goroutine_id) = (m.example_process_id, m.example_goroutine_id)
            JOIN link_matches back
                 ON back.from_table = 'http_requests_in_flight' AND back.to_table = 'http_client_calls'
                 AND (back.process_id, back.goroutine_id, back.frame_index)
                     = (r.process_id, r.goroutine_id, r.frame_index)
            """);
        Assert.Equal(calls, linked.Count);
        Assert.All(linked, static row =>
        {
            Assert.Equal((1, 1), (row.GetProperty("match_count").GetInt32(), row.GetProperty("back_count").GetInt32()));
            Assert.Equal(
                (Text(row, "path"), Text(row, "local_addr"), Number(row, "stream_id")),
                (Text(row, "requested"), Text(row, "remote_addr"), Number(row, "requested_stream")));
        });
    }

    private void AssertNoFaults(string tables)
    {
        Assert.Empty(SnapshotQuery.Rows(Out, "SELECT * FROM derived_errors"));
        Assert.Empty(SnapshotQuery.Rows(
            Out, $"SELECT * FROM capture_errors WHERE starts_with(table_name, '{tables}')"));
    }

    /// <summary>Takes a snapshot of a target and returns what it says is in flight.</summary>
    private async Task<StreamEnd[]> SnapshotAsync(string name, string goVersion)
    {
        await using GoTarget target = await GoTarget.StartAsync(name, goVersion);
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{target.ProcessId}", "--out", Out, "--pause-max", "20000");
        Assert.True(run.ExitCode == 0, run.Error);
        return await StreamEnd.AllAsync(target);
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private static long? Number(JsonElement row, string name) =>
        row.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;
}
