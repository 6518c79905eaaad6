using System.Globalization;
using System.Text.Json;

namespace SideEye.Cli.Tests;

public sealed class The_sql_command(ShopFile shop) : IClassFixture<ShopFile>
{
    private const string Everything = """
        SELECT goroutine_id, is_system, waiting_for_ns, labels, stack_id,
               (SELECT captured_at FROM snapshots) AS captured_at, 18446744073709551615::UBIGINT AS address,
               170141183460469231731687303715884105727::HUGEINT AS huge, 0.1::DOUBLE AS ratio, 'NaN'::DOUBLE AS nan,
               1.50::DECIMAL(9,2) AS price, [1, NULL, 3] AS list, {'a': 1, 'b': [true]} AS pair,
               DATE '2026-03-14' AS day, '' AS empty, 'x,"y"' AS quoted, 1 AS twice, 2 AS twice
        FROM goroutines WHERE goroutine_id IN (3, 100) ORDER BY goroutine_id
        """;

    [Fact]
    public void JSON_is_an_array_of_objects_with_whole_numbers_and_UTC_times()
    {
        CommandRun run = SideEyeProcess.Run("sql", shop.Path, Everything, "--format", "json");
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Golden.Verify("sql.json", run.Output);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement row = document.RootElement[1];
        Assert.Equal(192_000_000_000, row.GetProperty("waiting_for_ns").GetInt64());
        Assert.Equal(ulong.MaxValue, row.GetProperty("address").GetUInt64());
        Assert.Equal("2026-03-14T15:09:26.535000Z", row.GetProperty("captured_at").GetString());
        Assert.Equal(JsonValueKind.Null, document.RootElement[0].GetProperty("waiting_for_ns").ValueKind);
    }

    [Fact]
    public void CSV_follows_RFC_4180()
    {
        CommandRun run = SideEyeProcess.Run("sql", shop.Path, Everything, "--format", "csv");
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Golden.Verify("sql.csv", run.Output);
        Assert.Equal(3, run.Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void A_table_is_for_people()
    {
        CommandRun run = SideEyeProcess.Run("sql", shop.Path,
            "SELECT process_id, status, wait_reason, count, longest_waiting_ns FROM status_counts");
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Golden.Verify("sql.table.txt", run.Output);
    }

    [Fact]
    public void No_rows_are_an_empty_array_a_header_or_an_empty_table()
    {
        const string Query = "SELECT pid FROM processes WHERE pid = 0";
        Assert.Equal("[]\n", SideEyeProcess.Run("sql", shop.Path, Query, "--format", "json").Output);
        Assert.Equal("pid\r\n", SideEyeProcess.Run("sql", shop.Path, Query, "--format", "csv").Output);
        Assert.Equal("pid\n---\n(0 rows)\n", SideEyeProcess.Run("sql", shop.Path, Query).Output);
    }

    [Fact]
    public void Control_characters_of_a_target_do_not_reach_the_terminal()
    {
        CommandRun run = SideEyeProcess.Run("sql", shop.Path, "SELECT function FROM frames WHERE line = 1 ORDER BY 1");
        Assert.DoesNotContain('\e', run.Output);
        Assert.Contains(@"\x1b[31m\n", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("table", 5)]
    [InlineData("json", 3)]
    [InlineData("csv", 3)]
    public void A_reader_that_goes_away_is_no_error_and_ends_the_query(string format, int lines)
    {
        CommandRun run = SideEyeProcess.Shell(string.Create(CultureInfo.InvariantCulture,
            $"( $SIDEEYE sql {shop.Path} 'FROM range(100000000)' -f {format}; echo \"exit $?\" >&2 ) | head -{lines}"));
        Assert.Equal("exit 0\n", run.Error);
        Assert.Equal(lines, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Output_to_a_shared_file_is_appended_to_by_the_next_command()
    {
        string file = shop.Beside("shared.txt");
        SideEyeProcess.Shell($"( $SIDEEYE sql {shop.Path} 'SELECT 1 AS a' -f csv; echo after ) > {file}");
        Assert.Equal("a\r\n1\r\nafter\n", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    [InlineData("table")]
    public void A_million_rows_are_streamed_within_a_heap_of_32_MB(string format)
    {
        CommandRun run = SideEyeProcess.Shell(
            $"DOTNET_GCHeapHardLimit=0x2000000 $SIDEEYE sql {shop.Path} "
            + $"\"SELECT range AS a, repeat('x', 100) AS b FROM range(1000000)\" -f {format} | grep -c xxx");
        Assert.Equal(("1000000\n", ""), (run.Output, run.Error));
    }

    [Fact]
    public void The_query_may_come_from_standard_input()
    {
        CommandRun run = SideEyeProcess.Shell(
            $"echo 'SELECT count(*) AS n FROM processes' | $SIDEEYE sql {shop.Path} - -f csv");
        Assert.Equal("n\r\n2\r\n", run.Output);
    }

    [Fact]
    public void A_mistake_in_the_SQL_is_shown_with_its_place_and_exit_code_1()
    {
        CommandRun run = SideEyeProcess.Run("sql", shop.Path, "SELECT pidd FROM processes");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Golden.Verify("sql.mistake.txt", run.Error);
    }

    [Theory]
    [InlineData("SELECT * FROM read_text('/etc/passwd')")]
    [InlineData("DROP TABLE goroutines")]
    public void SQL_sees_no_other_file_and_changes_nothing(string query)
    {
        CommandRun run = SideEyeProcess.Run("sql", shop.Path, query);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("sideeye: ", run.Error, StringComparison.Ordinal);
    }
}
