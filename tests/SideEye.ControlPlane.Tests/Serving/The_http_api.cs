using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Serving;
using SideEye.Store;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>The HTTP API of a whole control plane: its own catalog and files, and an agent that is made up.</summary>
public sealed class The_http_api : IAsyncLifetime
{
    private const string Admin = "admin-token-0123456789", Editor = "editor-token-0123456789",
        Viewer = "viewer-token-0123456789";

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new();
    private ScriptedAgent agent = null!;
    private RunningControlPlane running = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        agent = await ScriptedAgent.StartAsync("host-a", static id => ScriptedAgent.Plain(id, 3));
        string tokens = folder.File("tokens");
        await File.WriteAllTextAsync(tokens, $"admin ada {Admin}\neditor ed {Editor}\nviewer vi {Viewer}\n", Stop);
        File.SetUnixFileMode(tokens, UnixFileMode.UserRead);
        running = await RunningControlPlane.StartAsync(
            new ControlPlaneOptions
            {
                Listen = "127.0.0.1:0", DataFolder = folder.File("data"), TokenFile = tokens,
                Fleet = new FleetOptions { Addresses = [agent.Address] },
            },
            NullLoggerFactory.Instance, Stop);
        http.BaseAddress = new Uri(running.Address);
        while (!running.DoAllAgentsAnswer)
            await Task.Delay(20, Stop);
    }

    [Fact]
    public async Task A_snapshot_is_taken_listed_asked_pinned_carried_away_and_removed()
    {
        JsonElement taken = await JsonAsync(HttpMethod.Post, "snapshots", Editor, new { });
        string id = taken.GetProperty("snapshot_id").GetString()!;
        Assert.Equal("ed", taken.GetProperty("requested_by").GetString());
        Assert.Equal(1_000_000, taken.GetProperty("pause_max_ns").GetInt64());
        JsonElement listed = await JsonAsync(HttpMethod.Get, "snapshots?limit=5", Viewer);
        Assert.Equal(id, Assert.Single(listed.EnumerateArray()).GetProperty("snapshot_id").GetString());
        Assert.Equal(taken.ToString(), (await JsonAsync(HttpMethod.Get, "snapshots/latest", Viewer)).ToString());
        JsonElement tables = await JsonAsync(HttpMethod.Get, $"snapshots/{id}/tables", Viewer);
        Assert.Contains(tables.EnumerateArray(), static one => one.GetProperty("name").GetString() == "goroutines");

        JsonElement answer = await JsonAsync(HttpMethod.Post, $"snapshots/{id}/query", Viewer,
            new { sql = "SELECT goroutine_id, 'ä' AS text, 1.5 AS half, NULL AS nothing FROM goroutines ORDER BY 1" });
        JsonElement frame = Assert.Single(answer.GetProperty("frames").EnumerateArray());
        Assert.Equal("""[[10,"ä",1.5,null],[11,"ä",1.5,null],[12,"ä",1.5,null]]""", frame.GetProperty("rows").ToString());
        Assert.Equal("goroutine", frame.GetProperty("columns")[0].GetProperty("identity").GetString());
        Assert.Equal(id, answer.GetProperty("snapshot_id").GetString());

        JsonElement pinned = await JsonAsync(
            HttpMethod.Put, $"snapshots/{id}/pin", Editor, new { is_pinned = true });
        Assert.True(pinned.GetProperty("is_pinned").GetBoolean());
        Assert.Equal(HttpStatusCode.NoContent, (await CallAsync(HttpMethod.Delete, $"snapshots/{id}", Admin)).StatusCode);
        await RefusedAsync(HttpStatusCode.NotFound, $"there is no snapshot {id}", HttpMethod.Get, $"snapshots/{id}");
        JsonElement audit = await JsonAsync(HttpMethod.Get, "audit", Admin);
        Assert.Equal(
            ["ada snapshot.remove", "ed snapshot.pin", "ed capture"],
            audit.EnumerateArray().Select(static one => $"{one.GetProperty("who")} {one.GetProperty("action")}"));
    }

    [Fact]
    public async Task A_snapshot_comes_as_a_file_of_every_format()
    {
        await JsonAsync(HttpMethod.Post, "snapshots", Editor, new { });
        string duckdb = await FileAsync("duckdb");
        using (SnapshotReader reader = SnapshotReader.Open(duckdb))
        using (QueryResult rows = reader.Query("SELECT count(*) FROM goroutines", QueryLimits.None, Stop))
            Assert.True(rows.Read() && rows.GetInt64(0) == 3);
        string sqlite = await FileAsync("sqlite");
        using (SqliteConnection connection = new($"Data Source={sqlite};Mode=ReadOnly;Pooling=false"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM goroutines";
            Assert.Equal(3L, command.ExecuteScalar());
        }
        using (ZipArchive zip = ZipFile.OpenRead(await FileAsync("parquet")))
            Assert.Contains(zip.Entries, static one => one.FullName == "goroutines.parquet" && one.Length > 0);
        Assert.Empty(Directory.GetFileSystemEntries(folder.File("data/exports")));
        await RefusedAsync(
            HttpStatusCode.BadRequest, "there is no such format", HttpMethod.Get, "snapshots/latest/file?format=../x");
    }

    [Fact]
    public async Task Answers_come_as_CSV_and_Arrow_too()
    {
        await JsonAsync(HttpMethod.Post, "snapshots", Editor, new { });
        object query = new { sql = "SELECT 'a,\"b' AS x, TIMESTAMP '2026-01-31 12:00:00.5' AS t, NULL AS n" };
        using HttpResponseMessage csv = await CallAsync(HttpMethod.Post, "query", Viewer, query, "text/csv");
        Assert.Equal(
            "x,t,n\r\n\"a,\"\"b\",2026-01-31T12:00:00.500000Z,\r\n", await csv.Content.ReadAsStringAsync(Stop));
        using HttpResponseMessage arrow =
            await CallAsync(HttpMethod.Post, "query", Viewer, query, "application/vnd.apache.arrow.stream");
        using Apache.Arrow.Ipc.ArrowStreamReader reader = new(await arrow.Content.ReadAsStreamAsync(Stop));
        using Apache.Arrow.RecordBatch batch = (await reader.ReadNextRecordBatchAsync(Stop))!;
        Assert.Equal("a,\"b", ((Apache.Arrow.StringArray)batch.Column(0)).GetString(0));
    }

    [Fact]
    public async Task Documents_of_the_spec_have_versions_and_what_is_wrong_with_one_has_places()
    {
        const string good = "version: 1\nprograms:\n  - name: shop\n    match: { executable: shop }\n";
        JsonElement first = await JsonAsync(
            HttpMethod.Put, "specs/shop", Admin, new { yaml = good, comment = "ours" });
        Assert.Equal((1, "ada"), (first.GetProperty("version").GetInt32(), first.GetProperty("author").GetString()));
        while (!agent.Rules.Any(static names => names.Contains("shop")))
            await Task.Delay(20, Stop);
        using HttpResponseMessage bad = await CallAsync(
            HttpMethod.Put, "specs/shop", Admin, new { yaml = "version: 1\nprogram: []\n" });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        JsonElement problem = (await bad.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("problems")[0];
        Assert.Equal((2, 1), (problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetInt32()));
        await RefusedAsync(HttpStatusCode.Conflict, "", HttpMethod.Put, "specs/shop", Admin,
            new { yaml = good + "# more\n", replaces = 7 });
        JsonElement check = await JsonAsync(
            HttpMethod.Post, "specs/other/check", Viewer, new { yaml = "version: 2\n" });
        Assert.False(check.GetProperty("is_good").GetBoolean());
        JsonElement merged = await JsonAsync(HttpMethod.Get, "spec", Viewer);
        Assert.Equal("shop", merged.GetProperty("programs")[0].GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await CallAsync(HttpMethod.Delete, "specs/shop", Admin)).StatusCode);
        Assert.Equal(2, (await JsonAsync(HttpMethod.Get, "specs/shop/versions", Viewer)).GetArrayLength());
    }

    [Fact]
    public async Task Schedules_names_and_the_fleet_are_there()
    {
        JsonElement schedule = await JsonAsync(
            HttpMethod.Put, "schedules/nightly", Admin, new { cron = "0 3 * * *", program = "shop" });
        Assert.Equal("ada", schedule.GetProperty("author").GetString());
        await RefusedAsync(HttpStatusCode.BadRequest, "", HttpMethod.Put, "schedules/nightly", Admin, new { cron = "x" });
        Assert.Single((await JsonAsync(HttpMethod.Get, "schedules", Viewer)).EnumerateArray());
        JsonElement process = (await JsonAsync(HttpMethod.Get, "processes", Viewer))[0];
        Assert.Equal(4711, process.GetProperty("pid").GetInt32());
        using HttpResponseMessage named = await CallAsync(
            HttpMethod.Put, $"names/{agent.Address}/4711@1", Admin, new { name = "till" });
        Assert.Equal(HttpStatusCode.NoContent, named.StatusCode);
        process = (await JsonAsync(HttpMethod.Get, "processes", Viewer))[0];
        Assert.Equal("till", process.GetProperty("name").GetString());
        Assert.True((await JsonAsync(HttpMethod.Get, "health", Viewer)).GetProperty("is_ok").GetBoolean());
        Assert.Equal("host-a", (await JsonAsync(HttpMethod.Get, "agents", Viewer))[0].GetProperty("host").GetString());
    }

    [Theory]
    [InlineData("GET", "agents", null, HttpStatusCode.Unauthorized)]
    [InlineData("GET", "agents", "not-a-token-0123456789", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "snapshots", Viewer, HttpStatusCode.Forbidden)]
    [InlineData("DELETE", "specs/x", Editor, HttpStatusCode.Forbidden)]
    [InlineData("PUT", "specs/x", Admin, HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "agents", Admin, HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "snapshots/00000000000000000000000000000000", Editor, HttpStatusCode.Forbidden)]
    [InlineData("GET", "audit", Editor, HttpStatusCode.Forbidden)]
    [InlineData("GET", "nowhere", Viewer, HttpStatusCode.NotFound)]
    public async Task Who_may_not_is_told(string method, string path, string? token, HttpStatusCode status)
    {
        using HttpResponseMessage answer = await CallAsync(new HttpMethod(method), path, token);
        Assert.Equal(status, answer.StatusCode);
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.NotEqual("", body.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("snapshots/..%2f..%2fetc%2fpasswd")]
    [InlineData("snapshots/..%2fcatalog.sqlite/file")]
    [InlineData("snapshots/%00/file")]
    [InlineData("snapshots/%2e%2e/file")]
    [InlineData("specs/..%2f..%2fx")]
    [InlineData("specs/%2fetc%2fpasswd/versions")]
    [InlineData("schedules/..%2fx")]
    [InlineData("../../data/catalog.sqlite")]
    public async Task Names_that_are_paths_lead_nowhere(string path)
    {
        using HttpResponseMessage answer = await CallAsync(HttpMethod.Get, path, Admin);
        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
    }

    [Theory]
    [InlineData("specs/..%2f..%2fx", """{"yaml": "version: 1\n"}""")]
    [InlineData("specs/.hidden", """{"yaml": "version: 1\n"}""")]
    [InlineData("specs/x", """{"yaml": 7}""")]
    [InlineData("specs/x", """{"yamll": "version: 1\n"}""")]
    [InlineData("specs/x", """{"yaml": "version: 1\n\u0000"}""")]
    [InlineData("specs/x", "{")]
    [InlineData("specs/x", "")]
    [InlineData("schedules/..%2fx", """{"cron": "0 3 * * *"}""")]
    [InlineData("schedules/x", """{"cron": null}""")]
    public async Task What_cannot_be_read_or_kept_is_the_requests_fault(string path, string body)
    {
        using HttpRequestMessage request = Request(HttpMethod.Put, path, Admin);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        string message = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("message").GetString()!;
        Assert.NotEqual("", message);
        Assert.DoesNotContain("defect", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_does_not_say_that_it_is_JSON_is_told_how()
    {
        // As curl -d sends it without a header.
        using HttpRequestMessage request = Request(HttpMethod.Post, "snapshots", Editor);
        request.Content = new StringContent("{}", Encoding.UTF8, "application/x-www-form-urlencoded");
        using HttpResponseMessage answer = await http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains("Content-Type: application/json", await answer.Content.ReadAsStringAsync(Stop),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_that_are_too_large_are_refused_and_the_server_stays()
    {
        using HttpRequestMessage request = Request(HttpMethod.Put, "specs/x", Admin);
        request.Content = new ByteArrayContent(new byte[(8 << 20) + 1]);
        request.Content.Headers.ContentType = new("application/json");
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }
        catch (HttpRequestException)
        {
            // It may also hang up while we still send.
        }
        Assert.NotEqual("", (await JsonAsync(HttpMethod.Get, "version", Viewer)).GetProperty("version").GetString());
    }

    [Fact]
    public async Task The_description_names_every_endpoint()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.Authorization = new("Bearer", Viewer);
        using HttpResponseMessage answer = await http.SendAsync(request, Stop);
        JsonElement paths = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("paths");
        string[] expected =
        [
            "/api/v1/agents", "/api/v1/processes", "/api/v1/programs", "/api/v1/environments", "/api/v1/functions",
            "/api/v1/variables", "/api/v1/snapshots", "/api/v1/snapshots/{id}", "/api/v1/snapshots/{id}/pin",
            "/api/v1/snapshots/{id}/tables", "/api/v1/snapshots/{id}/file", "/api/v1/snapshots/{id}/query",
            "/api/v1/query", "/api/v1/spec", "/api/v1/spec/schema", "/api/v1/specs", "/api/v1/specs/{name}",
            "/api/v1/specs/{name}/versions", "/api/v1/specs/{name}/check", "/api/v1/schedules",
            "/api/v1/schedules/{name}", "/api/v1/names/{agent}/{key}", "/api/v1/audit", "/api/v1/version",
            "/api/v1/health",
        ];
        Assert.Equal(expected.Order(), paths.EnumerateObject().Select(static one => one.Name).Order());
        Assert.All(paths.EnumerateObject().SelectMany(static one => one.Value.EnumerateObject()), static one =>
            Assert.NotEqual("", one.Value.GetProperty("summary").GetString()));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (running is not null)
            await running.DisposeAsync();
        await agent.DisposeAsync();
        folder.Dispose();
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string? token)
    {
        HttpRequestMessage request = new(method, new Uri($"{http.BaseAddress}api/v1/{path}", new UriCreationOptions
        {
            DangerousDisablePathAndQueryCanonicalization = true,
        }));
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        return request;
    }

    private async Task<HttpResponseMessage> CallAsync(
        HttpMethod method, string path, string? token, object? body = null, string accept = "application/json")
    {
        using HttpRequestMessage request = Request(method, path, token);
        request.Headers.Accept.ParseAdd(accept);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        return await http.SendAsync(request, Stop);
    }

    private async Task<JsonElement> JsonAsync(HttpMethod method, string path, string token, object? body = null)
    {
        using HttpResponseMessage answer = await CallAsync(method, path, token, body);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task RefusedAsync(
        HttpStatusCode status, string part, HttpMethod method, string path, string token = Viewer, object? body = null)
    {
        using HttpResponseMessage answer = await CallAsync(method, path, token, body);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == status, $"{method} {path}: {(int)answer.StatusCode} {text}");
        Assert.Contains(part, text, StringComparison.Ordinal);
    }

    private async Task<string> FileAsync(string format)
    {
        using HttpResponseMessage answer =
            await CallAsync(HttpMethod.Get, $"snapshots/latest/file?format={format}", Viewer);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        Assert.Contains(format == "parquet" ? ".parquet.zip" : $".{format}",
            answer.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        string path = folder.File($"downloaded.{format}");
        await File.WriteAllBytesAsync(path, await answer.Content.ReadAsByteArrayAsync(Stop), Stop);
        return path;
    }
}
