using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>Asks a snapshot file by the command line, as a script would.</summary>
internal static class SnapshotQuery
{
    /// <summary>The rows of a query.</summary>
    public static IReadOnlyList<JsonElement> Rows(string file, string sql)
    {
        CommandRun run = SideEyeProcess.Run("sql", file, sql, "--format", "json");
        Assert.True(run.ExitCode == 0, run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return [.. document.RootElement.EnumerateArray().Select(row => row.Clone())];
    }

    /// <summary>The only row of a query.</summary>
    public static JsonElement Row(string file, string sql) => Assert.Single(Rows(file, sql));

    /// <summary>Every stack is whole and there is no goroutine twice.</summary>
    public static void AssertWhole(string file)
    {
        Assert.Empty(Rows(
            file, "SELECT goroutine_id, status, truncated_reason FROM goroutines WHERE truncated_reason IS NOT NULL"));
        Assert.Empty(Rows(file, "SELECT process_id, goroutine_id FROM goroutines GROUP BY ALL HAVING count(*) > 1"));
        Assert.Empty(Rows(file, """
            SELECT goroutine_id, status, arg_max(function, frame_index) AS outermost
            FROM goroutines LEFT JOIN frames USING (process_id, goroutine_id)
            GROUP BY ALL HAVING outermost IS DISTINCT FROM 'runtime.goexit'
            """));
        Assert.Equal(0, Row(file, "SELECT count(*) FILTER (truncated OR error IS NOT NULL) AS cut FROM processes")
            .GetProperty("cut").GetInt32());
    }
}
