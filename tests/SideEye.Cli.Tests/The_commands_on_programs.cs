using System.Text.Json;

namespace SideEye.Cli.Tests;

/// <summary>functions, variables, compile, and spec check with a program: what can be captured, and what would be.
/// </summary>
public sealed class The_commands_on_programs : IDisposable
{
    private static readonly GoFixture Pair = new("pair", "1.27");
    private static readonly GoFixture Values = new("values", "1.27", "noopt");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-programs");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Functions_are_found_by_a_part_of_their_names_the_best_first()
    {
        string values = await Values.BuildAsync(TestContext.Current.CancellationToken);
        CommandRun text = SideEyeProcess.Run("functions", values, "MAIN.structs", "--limit", "2");
        Assert.Equal((0, "main.structs\nmain.structsByPointer\n", ""), (text.ExitCode, text.Output, text.Error));
        CommandRun json = SideEyeProcess.Run("functions", values, "main.*maps*size", "--json");
        Assert.Equal(["main.mapsBySize"], JsonSerializer.Deserialize<string[]>(json.Output)!);
        CommandRun nothing = SideEyeProcess.Run("functions", values, "main.strutcs");
        Assert.Equal((1, ""), (nothing.ExitCode, nothing.Output));
        Assert.Contains("did you mean main.structs", nothing.Error);
    }

    [Fact]
    public async Task Variables_are_listed_with_where_they_can_be_read()
    {
        string values = await Values.BuildAsync(TestContext.Current.CancellationToken);
        CommandRun text = SideEyeProcess.Run("variables", values, "main.deferredCall");
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.Matches(@"^main\.deferredCall at 0x[0-9a-f]+, .*locals\.go:\d+\n", text.Output);
        Assert.Matches(@"text +string +parameter +registers only +\d+ available", text.Output);
        CommandRun unknown = SideEyeProcess.Run("variables", values, "main.deferedCall");
        Assert.Equal((1, ""), (unknown.ExitCode, unknown.Output));
        Assert.Contains("there is no function main.deferedCall; did you mean main.deferredCall", unknown.Error);
    }

    [Fact]
    public async Task Scripts_get_bodies_with_places_and_one_place_alone_with_a_pc()
    {
        string values = await Values.BuildAsync(TestContext.Current.CancellationToken);
        JsonElement body = Only(SideEyeProcess.Run("variables", values, "main.structs", "--json"));
        Assert.Equal(
            ["function", "container", "inline_depth", "pc", "places", "variables"],
            body.EnumerateObject().Select(static each => each.Name));
        JsonElement[] places = [.. body.GetProperty("places").EnumerateArray()];
        Assert.Equal("entry", places[0].GetProperty("kind").GetString());
        Assert.True(places.Length > 10);
        foreach (JsonElement variable in body.GetProperty("variables").EnumerateArray())
            Assert.Equal(places.Length, variable.GetProperty("availability").GetArrayLength());
        ulong pc = places[^1].GetProperty("pc").GetUInt64();

        JsonElement at = Only(SideEyeProcess.Run("variables", values, "main.structs", "--json", "--pc", $"0x{pc:x}"));
        JsonElement place = Assert.Single(at.GetProperty("places").EnumerateArray());
        Assert.Equal((pc, "call"), (place.GetProperty("pc").GetUInt64(), place.GetProperty("kind").GetString()));
        CommandRun elsewhere = SideEyeProcess.Run("variables", values, "main.structs", "--pc", "1234");
        Assert.Equal((1, "sideeye: main.structs has no code at 0x1234\n"), (elsewhere.ExitCode, elsewhere.Error));
        Assert.Equal(2, SideEyeProcess.Run("variables", values, "main.structs", "--pc", "12g4").ExitCode);
    }

    [Fact]
    public async Task A_process_stands_for_its_program()
    {
        await using GoTarget target = await GoTarget.StartAsync(Values);
        string pid = $"{target.ProcessId}";
        CommandRun functions = SideEyeProcess.Run("functions", "--pid", pid, "main.structs", "-l", "1");
        Assert.Equal((0, "main.structs\n"), (functions.ExitCode, functions.Output));
        Assert.Contains("main.outer", SideEyeProcess.Run("variables", "--pid", pid, "main.structs").Output);
        CommandRun compiled = SideEyeProcess.Run("compile", "--pid", pid, "--no-packs");
        Assert.Equal(0, compiled.ExitCode);
        Assert.StartsWith($"pid {pid}, go1.27", compiled.Output);
        string spec = Write("version: 1\nfunctions: [{ function: main.structs, capture: [whole, hole] }]");
        CommandRun check = SideEyeProcess.Run("spec", "check", spec, "--pid", pid);
        Assert.Equal(1, check.ExitCode);
        Assert.StartsWith(
            $"{spec}:2:56: hole: main.structs has no variable hole; did you mean whole?\n", check.Output);
    }

    [Fact]
    public async Task A_program_without_debug_information_is_told_what_is_missing()
    {
        string stripped = await new GoFixture("values", "1.27", "stripped")
            .BuildAsync(TestContext.Current.CancellationToken);
        foreach (string[] command in (string[][])
            [["functions", stripped], ["variables", stripped, "main.main"], ["compile", stripped]])
        {
            CommandRun run = SideEyeProcess.Run(command);
            Assert.Equal((1, ""), (run.ExitCode, run.Output));
            Assert.Contains("has no debug information", run.Error);
        }
    }

    [Fact]
    public async Task A_snapshot_says_why_nothing_of_a_spec_is_captured_of_a_program_without_debug_information()
    {
        Requires.Root();
        await using GoTarget stripped = await GoTarget.StartAsync(new GoFixture("values", "1.27", "stripped"));
        string spec = Write("version: 1\nfunctions: [{ function: main.structs, capture: [small] }]");
        string file = Path.Combine(folder.FullName, "a.duckdb");
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{stripped.ProcessId}", "--spec", spec, "--out", file, "--pause-max", "10000");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@":2:13: nothing is captured of .*stripped, which has no debug information \(no D", run.Error);
        CommandRun packs = SideEyeProcess.Run(
            "snapshot", "--pid", $"{stripped.ProcessId}", "--out", file, "--pause-max", "10000");
        Assert.DoesNotContain("debug information", packs.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_lists_what_ones_own_functions_would_capture_and_counts_those_of_packs()
    {
        string pair = await Pair.BuildAsync(TestContext.Current.CancellationToken);
        string spec = Repository.PathOf("tests", "targets", "pair", "spec.yaml");
        CommandRun run = SideEyeProcess.Run("spec", "check", spec, "--binary", pair);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Golden.Verify("spec-check.txt", run.Output);
        CommandRun verbose = SideEyeProcess.Run("spec", "check", spec, "--binary", pair, "--verbose");
        Assert.Contains("http_server_conns: net/http.(*conn).serve\n", verbose.Output);
        Assert.DoesNotContain("pack net-http-server", verbose.Output);
    }

    [Fact]
    public async Task The_check_says_what_is_never_to_be_had_and_what_may_be_as_large_as_limits_allow()
    {
        string values = await Values.BuildAsync(TestContext.Current.CancellationToken);
        CommandRun run = SideEyeProcess.Run("spec", "check", Write("""
            version: 1
            functions:
              - function: main.secrets
                capture: [password, harmless, { expr: gMap, map_entries: 1 }, gInterface, { expr: gInt, depth: 0 }]
            limits: { frame_bytes: 5000, string_bytes: 10 }
            """), "--binary", values);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"\n  password +string +\[redacted\]\n", run.Output);
        Assert.Matches(@"\n  harmless +string +16 +10\n", run.Output);
        Assert.Matches(@"\n  gInterface +interface \{\} +16 +the frame's limit\n", run.Output);
        Assert.Matches(@"\n  gInt +int +8 +8\n", run.Output);
        Assert.Contains("  a frame: at most 5,000 bytes besides the stack\n", run.Output);
    }

    [Fact]
    public async Task The_check_goes_on_where_names_are_taken_twice()
    {
        string values = await Values.BuildAsync(TestContext.Current.CancellationToken);
        CommandRun run = SideEyeProcess.Run("spec", "check", Write("""
            version: 1
            functions:
              - function: main.secrets
                table: secrets
                capture: [harmless, { expr: gInt, as: Harmless }, { expr: gMap, as: process_id }]
              - { function: main.structs, table: frames, capture: [small] }
            tables: [{ name: broken, sql: SELECT nope FROM secrets }]
            """), "--binary", values);
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Contains(":5:25: the column 'Harmless' is already at", run.Output, StringComparison.Ordinal);
        Assert.Contains(":7:10: broken: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_runs_the_sql_over_the_tables_of_the_program_and_says_where_it_fails()
    {
        string values = await Values.BuildAsync(TestContext.Current.CancellationToken);
        string spec = Write("""
            version: 1
            functions:
              - function: main.secrets
                table: secrets
                capture: [harmless]
                columns:
                  - { name: good, sql: upper(harmless) }
                  - { name: bad, sql: harmles }
            tables:
              - { name: fine, sql: SELECT good FROM secrets JOIN goroutines USING (goroutine_id) }
              - { name: broken, sql: SELECT nope FROM secrets }
              - { name: after, sql: SELECT count(*) AS n FROM fine }
            links:
              - from: { table: secrets, columns: [good] }
                to: { table: goroutines, columns: [no_such_column] }
            """);
        CommandRun run = SideEyeProcess.Run("spec", "check", spec, "--binary", values);
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        string[] problems = [.. run.Output.Split('\n').Where(line => line.StartsWith(spec, StringComparison.Ordinal))];
        Assert.Equal(3, problems.Length);
        Assert.Single(problems, line => line.Contains(":8:") && line.Contains("secrets.bad: "));
        Assert.Single(problems, line => line.Contains(":11:") && line.Contains("broken") && line.Contains("nope"));
        Assert.Single(problems, line => line.Contains(":14:") && line.Contains("no_such_column"));
    }

    [Fact]
    public async Task A_capture_program_is_printed_with_its_sizes()
    {
        string pair = await Pair.BuildAsync(TestContext.Current.CancellationToken);
        string spec = Write(
            "version: 1\nfunctions: [{ function: main.(*server).GetInfo, capture: [request, cs, ctx] }]");
        CommandRun run = SideEyeProcess.Run("compile", pair, "--spec", spec, "--no-packs", "--types", "main.requestID");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(
            @"^\S+pair\S+, go1\.27\S*, build id [0-9a-f]{40}, spec [0-9a-f]{64}\noperations +\d+", run.Output);
        Assert.Contains("\nmain.clientState: 72 bytes\n  8: [16] elements, at most 1024 -> byte\n", run.Output);
        Assert.Contains("\ntype main.requestID, held as a pointer -> main.requestID\n", run.Output);
        CommandRun partly = SideEyeProcess.Run(
            "compile", pair, "--spec", Write("version: 1\nfunctions: [{ function: main.gone, capture: [a] }]"));
        Assert.Equal(3, partly.ExitCode);
        Assert.Contains("the program has no function main.gone", partly.Error);
        Assert.Equal(2, SideEyeProcess.Run("compile").ExitCode);
        Assert.Equal(1, SideEyeProcess.Run("compile", "/no/such/program").ExitCode);
    }

    private static JsonElement Only(CommandRun run)
    {
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return Assert.Single(JsonDocument.Parse(run.Output).RootElement.EnumerateArray());
    }

    private string Write(string spec)
    {
        string file = Path.Combine(folder.FullName, $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(file, spec);
        return file;
    }
}
