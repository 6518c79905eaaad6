using System.Text.Json;

namespace SideEye.Cli.Tests;

/// <summary>Problems as compilers write them, and exit codes for scripts.</summary>
public sealed class The_spec_command : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-spec");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_good_file_gives_no_output_and_exit_code_0()
    {
        CommandRun run = Check("version: 1\nfunctions: [{ function: main.f, capture: [a.b] }]");
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void Each_problem_is_a_line_with_its_place_and_the_exit_code_is_1()
    {
        CommandRun run = Check("version: 1\nfunctions:\n  - function: main.f\n    captrue: [a]\n    capture: [a.]");
        string file = Path.Combine(folder.FullName, "a.yaml");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            $"{file}:4:5: unknown key 'captrue' in a function; did you mean 'capture'?\n"
            + $"{file}:5:17: in the expression 'a.': expected a field's name, (type) or {{parts}}, "
            + "and the expression ends\n",
            run.Output);
    }

    [Fact]
    public void Problems_between_files_are_found_too()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "b.yaml"), "version: 1\ntables: [{ name: t, sql: SELECT 1 }]");
        CommandRun run = Check(
            "version: 1\ntables: [{ name: t, sql: SELECT 1 }]", Path.Combine(folder.FullName, "b.yaml"));
        Assert.Contains("the table 't' is already at", run.Output);
    }

    [Fact]
    public void Problems_come_in_the_order_of_the_files_and_their_lines()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "b.yaml"), "version: 1\ntables: [{ name: t2, sql: SELEC 1 }]");
        CommandRun run = Check(
            """
            version: 1
            tables:
              - { name: t, sql: SELEC 1 }
              - { name: u, sql: SELECT 1, sqll: x }
            links:
              - { from: { table: goroutines, columns: [goroutine_idd] }, to: { table: frames, columns: [process_id] } }
              - { from: { table: goroutinez, columns: [process_id] }, to: { table: frames, columns: [process_id] } }
            """, Path.Combine(folder.FullName, "b.yaml"));
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["a.yaml:3:5", "a.yaml:4:31", "a.yaml:6:5", "a.yaml:7:5", "b.yaml:2:10"],
            lines.Select(line => string.Join(':', line[(folder.FullName.Length + 1)..].Split(':')[..3])));
        Assert.EndsWith("table goroutines has no column goroutine_idd; did you mean goroutine_id?", lines[2]);
        Assert.EndsWith("a table 'goroutinez', and there is none; did you mean 'goroutines'?", lines[3]);
    }

    [Fact]
    public void SQL_that_is_wrong_for_any_program_is_found_without_one()
    {
        CommandRun run = Check("""
            version: 1
            functions: [{ function: main.f, capture: [a], table: calls }]
            tables:
              - { name: waits, sql: SELECT wait_reason FROM goroutines }
              - { name: misspelt, sql: SELECT wait_raeson FROM goroutines }
              - { name: of_calls, sql: SELECT a FROM calls }
              - { name: of_others, sql: SELECT reason FROM waits }
              - { name: no_sql, sql: SELEC 1 }
              - { name: asked, sql: "SELECT $1 AS n" }
            """);
        string file = Path.Combine(folder.FullName, "a.yaml");
        Assert.Equal(1, run.ExitCode);
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            [$"{file}:5:5: misspelt", $"{file}:7:5: of_others", $"{file}:8:5: no_sql", $"{file}:9:5: asked"],
            lines.Select(static line => string.Join(':', line.Split(':')[..4])));
        Assert.EndsWith("asked: parameters such as $1 and ? have no values here; write them out", lines[3]);
    }

    [Fact]
    public void Scripts_get_JSON()
    {
        CommandRun run = Check("version: 3", "--json");
        JsonElement problem = Assert.Single(JsonDocument.Parse(run.Output).RootElement.EnumerateArray());
        Assert.Equal(["file", "line", "column", "message"], problem.EnumerateObject().Select(static each => each.Name));
        Assert.Equal((1, 10), (problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetInt32()));
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Wrong_usage_has_exit_code_2_and_a_missing_file_1()
    {
        CommandRun usage = SideEyeProcess.Run("spec", "check");
        Assert.Equal((2, ""), (usage.ExitCode, usage.Output));
        Assert.EndsWith("; see sideeye spec check --help\n", usage.Error);
        Assert.Equal(
            "sideeye: /proc: a folder, not a spec file\n", SideEyeProcess.Run("spec", "check", "/proc").Error);
        CommandRun missing = SideEyeProcess.Run("spec", "check", "/no/such.yaml");
        Assert.Equal((1, "", "sideeye: /no/such.yaml: no such file\n"),
            (missing.ExitCode, missing.Output, missing.Error));
    }

    [Fact]
    public void The_schema_is_JSON()
    {
        CommandRun run = SideEyeProcess.Run("spec", "schema");
        Assert.Equal("Side-Eye spec", JsonDocument.Parse(run.Output).RootElement.GetProperty("title").GetString());
    }

    private CommandRun Check(string text, params string[] more)
    {
        string file = Path.Combine(folder.FullName, "a.yaml");
        File.WriteAllText(file, text);
        return SideEyeProcess.Run(["spec", "check", file, .. more]);
    }
}
