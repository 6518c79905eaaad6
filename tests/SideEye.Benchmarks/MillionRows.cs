using System.Diagnostics;
using System.Text;
using Apache.Arrow;
using SideEye.Store;
using SideEye.Tables;

namespace SideEye.Benchmarks;

/// <summary>A snapshot of a million goroutines that lies in a control plane's folder before it starts, and what it
/// takes to aggregate it.</summary>
internal static class MillionRows
{
    private const string Id = "0123456789abcdef0123456789abcdef";
    private const string Query =
        "SELECT wait_reason, status, count(*), max(waiting_for_ns), avg(waiting_for_ns) FROM goroutines GROUP BY ALL";

    /// <summary>Writes the snapshot.</summary>
    /// <param name="data">The control plane's folder.</param>
    public static void WriteInto(string data)
    {
        string folder = Path.Combine(data, "snapshots");
        Directory.CreateDirectory(folder);
        using SnapshotFile file = SnapshotFile.Create(Path.Combine(folder, Id + ".duckdb"));
        foreach ((string name, Schema schema) in SnapshotSchema.Tables)
            file.CreateTable(name, schema);
        file.Execute($"""
            INSERT INTO snapshots (snapshot_id, captured_at, truncated) VALUES ('{Id}', now(), false);
            INSERT INTO goroutines (process_id, goroutine_id, status, wait_reason, waiting_for_ns, is_system, truncated)
            SELECT 1, range, 'waiting', 'reason ' || range % 20, range * 1000, false, false FROM range(1000000);
            """);
        file.Execute(SnapshotSchema.Views);
        file.Commit();
    }

    /// <summary>Aggregates it, from the request to the last byte of the answer.</summary>
    /// <exception cref="InvalidOperationException">The control plane did not answer.</exception>
    public static async Task<Samples> AggregateAsync(string address, int runs)
    {
        Samples samples = new();
        using HttpClient http = new();
        for (int run = 0; run <= runs; run++)
        {
            // Another query each time: for a second the same one would be given the answer that there is.
            using StringContent query = new(
                $$"""{"sql": "{{Query}} LIMIT {{1000 + run}}"}""", Encoding.UTF8, "application/json");
            long begun = Stopwatch.GetTimestamp();
            using HttpResponseMessage answer = await http.PostAsync(
                new Uri($"{address}/api/v1/snapshots/{Id}/query"), query);
            string text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException(text);
            if (run > 0) // the first opens the file
                samples.Add(Stopwatch.GetElapsedTime(begun).TotalNanoseconds);
        }
        return samples;
    }
}
