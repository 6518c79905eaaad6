using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SideEye.Store;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>The HTTP API, as scripts and people use it.</summary>
public sealed class The_http_api : ApiFixture
{
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
        Assert.Equal(
            """[[10,"ä",1.5,null],[11,"ä",1.5,null],[12,"ä",1.5,null]]""", frame.GetProperty("rows").ToString());
        Assert.Equal("goroutine", frame.GetProperty("columns")[0].GetProperty("identity").GetString());
        Assert.Equal(id, answer.GetProperty("snapshot_id").GetString());

        JsonElement pinned = await JsonAsync(
            HttpMethod.Put, $"snapshots/{id}/pin", Editor, new { is_pinned = true });
        Assert.True(pinned.GetProperty("is_pinned").GetBoolean());
        await DoneAsync(HttpMethod.Delete, $"snapshots/{id}");
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
        Assert.Empty(Directory.GetFileSystemEntries(InFolder("data/exports")));
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
        while (!Agent.Rules.Any(static names => names.Contains("shop")))
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
        await DoneAsync(HttpMethod.Delete, "specs/shop");
        Assert.Equal(2, (await JsonAsync(HttpMethod.Get, "specs/shop/versions", Viewer)).GetArrayLength());
    }

    [Fact]
    public async Task Agents_are_added_and_taken_away()
    {
        await using ScriptedAgent other = await ScriptedAgent.StartAsync("host-b");
        JsonElement added = await JsonAsync(HttpMethod.Put, $"agents/{other.Address}", Admin);
        Assert.Equal("ada", added.GetProperty("author").GetString());
        await AgentsAsync(static agents => agents.Any(static one => one.GetProperty("host").GetString() == "host-b"));
        await DoneAsync(HttpMethod.Delete, $"agents/{other.Address}");
        await AgentsAsync(static agents => agents.Count() == 1);
        await RefusedAsync(
            HttpStatusCode.NotFound, "nobody has added", HttpMethod.Delete, $"agents/{Agent.Address}", Admin);
        await RefusedAsync(HttpStatusCode.BadRequest, "is not an address", HttpMethod.Put, "agents/nowhere", Admin);
    }

    [Fact]
    public async Task Schedules_names_and_the_fleet_are_there()
    {
        JsonElement schedule = await JsonAsync(
            HttpMethod.Put, "schedules/nightly", Admin, new { cron = "0 3 * * *", program = "shop" });
        Assert.Equal("ada", schedule.GetProperty("author").GetString());
        await RefusedAsync(
            HttpStatusCode.BadRequest, "", HttpMethod.Put, "schedules/nightly", Admin, new { cron = "x" });
        Assert.Single((await JsonAsync(HttpMethod.Get, "schedules", Viewer)).EnumerateArray());
        JsonElement process = (await JsonAsync(HttpMethod.Get, "processes", Viewer))[0];
        Assert.Equal(4711, process.GetProperty("pid").GetInt32());
        await DoneAsync(HttpMethod.Put, $"names/{Agent.Address}/4711@1", new { name = "till" });
        process = (await JsonAsync(HttpMethod.Get, "processes", Viewer))[0];
        Assert.Equal("till", process.GetProperty("name").GetString());
        Assert.True((await JsonAsync(HttpMethod.Get, "health", Viewer)).GetProperty("is_ok").GetBoolean());
        Assert.Equal("host-a", (await JsonAsync(HttpMethod.Get, "agents", Viewer))[0].GetProperty("host").GetString());
    }

    [Fact]
    public async Task The_description_names_every_endpoint()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.Authorization = new("Bearer", Viewer);
        using HttpResponseMessage answer = await Http.SendAsync(request, Stop);
        JsonElement paths = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("paths");
        string[] expected =
        [
            "/api/v1/agents", "/api/v1/agents/{address}", "/api/v1/processes", "/api/v1/programs",
            "/api/v1/environments", "/api/v1/functions",
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

    [Fact]
    public async Task The_description_says_what_comes_back_and_who_may_ask()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.Authorization = new("Bearer", Viewer);
        using HttpResponseMessage answer = await Http.SendAsync(request, Stop);
        JsonElement document = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        JsonElement[] operations = [.. document.GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject()).Select(static one => one.Value)];
        string[] names = [.. operations.Select(static one => one.GetProperty("operationId").GetString()!)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Contains("getSnapshotsIdTables", names);
        Assert.All(operations, static one =>
        {
            Assert.StartsWith("Needs the role ", one.GetProperty("description").GetString(), StringComparison.Ordinal);
            Assert.Equal("#/components/schemas/ErrorAnswer", one.GetProperty("responses").GetProperty("default")
                .GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref")
                .GetString());
        });
        JsonElement paths = document.GetProperty("paths");
        JsonElement removed =
            paths.GetProperty("/api/v1/snapshots/{id}").GetProperty("delete").GetProperty("responses");
        Assert.Equal(["204", "default"], removed.EnumerateObject().Select(static one => one.Name));
        JsonElement rows = paths.GetProperty("/api/v1/query").GetProperty("post").GetProperty("responses")
            .GetProperty("200").GetProperty("content");
        Assert.Equal("#/components/schemas/QueryAnswerDocument",
            rows.GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
        Assert.Equal("string", rows.GetProperty("text/csv").GetProperty("schema").GetProperty("type").GetString());
        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("token")
            .GetProperty("scheme").GetString());
    }

    private async Task AgentsAsync(Func<IEnumerable<JsonElement>, bool> isSo)
    {
        while (!isSo((await JsonAsync(HttpMethod.Get, "agents", Viewer)).EnumerateArray()))
            await Task.Delay(50, Stop);
    }
}
