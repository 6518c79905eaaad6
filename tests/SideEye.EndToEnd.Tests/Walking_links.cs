using System.Text.Json;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// From the oldest call of one process to the handler that serves it in another, and from there to the job that holds
/// the lock the handler waits for: with nothing but SQL over the links of a snapshot.
/// </summary>
public sealed class Walking_links
{
    [Theory]
    [InlineData("bpf")]
    [InlineData("vmread")]
    public async Task The_oldest_call_leads_to_its_handler_and_on_to_the_job_that_holds_the_lock(string reader)
    {
        Requires.Bpf();
        using TemporaryFolder folder = new();
        await using PairTarget pair = await PairTarget.StartAsync();
        string file = folder.File("pair.duckdb");

        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{pair.FrontDesk.ProcessId}", "--pid", $"{pair.BackRoom.ProcessId}", "--spec",
            PairTarget.SpecPath, "--out", file, "--reader", reader, "--pause-max", "20000");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Empty(SnapshotQuery.Rows(file, "SELECT * FROM derived_errors"));
        JsonElement call = SnapshotQuery.Rows(file, "SELECT * FROM oldest_calls ORDER BY started LIMIT 1")[0];
        JsonElement handler = Next(file, "desk_callGetInfo", call, "server_GetInfo");
        JsonElement job = Next(file, "server_GetInfo", handler, "server_processClient");
        JsonElement row = SnapshotQuery.Row(
            file, $"SELECT p.pid, t.client_id FROM server_processClient t JOIN processes p USING (process_id) "
            + $"WHERE {Where(job)}");
        Assert.Equal(pair.BackRoom.ProcessId, row.GetProperty("pid").GetInt32());
        Assert.Equal(call.GetProperty("client_id").GetInt64(), row.GetProperty("client_id").GetInt64());
        JsonElement waiting = SnapshotQuery.Row(
            file, $"SELECT wait_reason FROM goroutines WHERE process_id = {handler.GetProperty("process_id")} "
            + $"AND goroutine_id = {handler.GetProperty("goroutine_id")}");
        Assert.Equal("sync.Mutex.Lock", waiting.GetProperty("wait_reason").GetString());
    }

    /// <summary>The identity of the row that a row links to in another table.</summary>
    private static JsonElement Next(string file, string from, JsonElement row, string to) => SnapshotQuery.Rows(
        file,
        $"SELECT DISTINCT example_process_id AS process_id, example_goroutine_id AS goroutine_id, "
        + $"example_frame_index AS frame_index FROM link_matches WHERE from_table = '{from}' AND to_table = '{to}' "
        + $"AND match_count = 1 AND {Where(row)}")[0];

    private static string Where(JsonElement row) =>
        $"process_id = {row.GetProperty("process_id")} AND goroutine_id = {row.GetProperty("goroutine_id")} "
        + $"AND frame_index = {row.GetProperty("frame_index")}";
}
