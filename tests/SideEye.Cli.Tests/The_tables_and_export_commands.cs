using System.Text.Json;

namespace SideEye.Cli.Tests;

public sealed class The_tables_and_export_commands(CapturedFile shop) : IClassFixture<CapturedFile>
{
    private const string Spec = """
        version: 1
        functions:
          - function: main.(*server).Get
            table: server_Get
            capture: [request]
            columns:
              - { name: client_id, sql: request->client.id, type: BIGINT }
        tables:
          - name: clients
            sql: SELECT client_id FROM server_Get WHERE client_id IS NOT NULL
        links:
          - from: { table: server_Get, columns: [process_id, goroutine_id] }
            to: { table: goroutines, columns: [process_id, goroutine_id] }
        """;

    [Fact]
    public void Without_a_spec_tables_are_listed_with_rows_and_columns()
    {
        CommandRun text = SideEyeProcess.Run("tables", shop.Path);
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.Contains("server_Get (2 rows)\n    process_id INTEGER\n", text.Output, StringComparison.Ordinal);
        Assert.Contains("frames (view)\n", text.Output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(SideEyeProcess.Run("tables", shop.Path, "--json").Output);
        JsonElement table = json.RootElement.EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "server_Get");
        Assert.Equal(2, table.GetProperty("rows").GetInt64());
        Assert.Equal(["process_id", "goroutine_id", "frame_index", "request"],
            table.GetProperty("columns").EnumerateArray().Take(4)
                .Select(column => column.GetProperty("name").GetString()));
    }

    [Fact]
    public void With_a_spec_columns_tables_and_links_are_derived_anew()
    {
        string spec = shop.Spec("good.yaml", Spec);
        CommandRun run = SideEyeProcess.Run("tables", shop.Path, "--spec", spec, "--no-packs", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument json = JsonDocument.Parse(run.Output);
        Assert.Equal("clients", json.RootElement.GetProperty("tables")[0].GetString());
        Assert.Equal((1, 1), (json.RootElement.GetProperty("columns").GetInt32(),
            json.RootElement.GetProperty("links").GetInt32()));
        Assert.Equal("client_id\r\n7\r\n", Ask("SELECT client_id FROM clients"));
        Assert.Equal("to_table\r\ngoroutines\r\n", Ask("SELECT to_table FROM linked_rows WHERE goroutine_id = 100 "
            + "AND from_table = 'server_Get'"));
        Assert.Equal(0, SideEyeProcess.Run("tables", shop.Path, "--spec", spec, "--no-packs").ExitCode);
        Assert.Equal("client_id\r\n7\r\n", Ask("SELECT client_id FROM clients"));
    }

    [Fact]
    public void What_fails_is_said_with_exit_code_3_and_the_rest_is_there()
    {
        string spec = shop.Spec("half.yaml", Spec);
        string broken = shop.Spec("broken.yaml", """
            version: 1
            tables:
              - { name: broken, sql: SELECT nothing FROM server_Get }
            """);
        CommandRun run = SideEyeProcess.Run("tables", shop.Path, "--no-packs", "--spec", spec, "--spec", broken);
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("sideeye: broken: Binder Error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("1 extra columns, 1 derived tables, 1 links", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Functions_and_columns_that_the_file_was_taken_without_are_said_with_exit_code_3()
    {
        string spec = shop.Spec("more.yaml", """
            version: 1
            functions:
              - function: main.(*server).Get
                table: server_Get
                capture: [request, deadline, { expr: token, optional: true }]
              - function: main.(*server).Put
                table: server_Put
                capture: [request]
              - { function: main.(*server).Delete, table: server_Delete, capture: [request], optional: true }
            """);
        CommandRun run = SideEyeProcess.Run("tables", shop.Path, "--no-packs", "--spec", spec);
        Assert.Equal(3, run.ExitCode);
        string taken = "the snapshot was taken without it, and deriving captures nothing: take a new one";
        Assert.Equal(
            $"sideeye: server_Get.deadline: the file has no deadline of main.(*server).Get: {taken}\n"
            + $"sideeye: server_Put: the file has no frames of main.(*server).Put: {taken}\n", run.Error);
        Assert.Equal("table_name,column_name\r\nserver_Get,deadline\r\nserver_Put,\r\n",
            Ask("SELECT table_name, column_name FROM derived_errors"));
    }

    [Fact]
    public void Another_expression_and_another_name_than_the_file_has_are_said_with_exit_code_3()
    {
        string spec = shop.Spec("other.yaml", """
            version: 1
            functions:
              - function: main.(*server).Get
                table: gets
                capture: [{ expr: "request.client", as: request }]
            """);
        CommandRun run = SideEyeProcess.Run("tables", shop.Path, "--no-packs", "--spec", spec);
        Assert.Equal((3, "sideeye: gets: the file has the frames of main.(*server).Get as server_Get, and deriving "
            + "renames nothing: use that name, or take a new snapshot\n"
            + "sideeye: server_Get.request: the file has no request.client of main.(*server).Get, its request is "
            + "request: the snapshot was taken without it, and deriving captures nothing: take a new one\n"),
            (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("SELECT $1 AS n")]
    [InlineData("SELECT * FROM server_Get WHERE goroutine_id = ?")]
    public void SQL_with_parameters_is_said_with_exit_code_3(string sql)
    {
        string spec = shop.Spec("parameters.yaml", $$"""
            version: 1
            tables:
              - { name: asked, sql: "{{sql}}" }
            """);
        CommandRun run = SideEyeProcess.Run("tables", shop.Path, "--no-packs", "--spec", spec);
        Assert.Equal(
            (3, "sideeye: asked: parameters such as $1 and ? have no values here; write them out\n"),
            (run.ExitCode, run.Error));
    }

    [Fact]
    public void A_spec_with_problems_changes_nothing()
    {
        byte[] before = File.ReadAllBytes(shop.Path);
        string spec = shop.Spec("bad.yaml", "version: 1\nfunktions: []\n");
        CommandRun run = SideEyeProcess.Run("tables", shop.Path, "--spec", spec);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("bad.yaml:2:", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(shop.Path));
    }

    [Fact]
    public void An_export_says_what_it_wrote_and_sqlite3_opens_it()
    {
        string sqlite = shop.Beside("shop.sqlite");
        CommandRun run = SideEyeProcess.Run(
            "export", shop.Path, "--sqlite", sqlite, "--parquet", shop.Beside("parquet"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, static line => Assert.Matches(@"views, [1-9]\d* rows$", line));
        Assert.Equal("2\n", SideEyeProcess.Shell($"sqlite3 {sqlite} 'SELECT count(*) FROM server_Get'").Output);
        Assert.True(File.Exists(Path.Combine(shop.Beside("parquet"), "server_Get.parquet")));
    }

    [Fact]
    public void An_export_without_a_target_is_wrong_usage()
    {
        CommandRun run = SideEyeProcess.Run("export", shop.Path);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("sideeye: say where to", run.Error, StringComparison.Ordinal);
    }

    private string Ask(string query) => SideEyeProcess.Run("sql", shop.Path, query, "--format", "csv").Output;
}
