using System.Globalization;
using System.Text.Json;
using SideEye.Cli.Output;
using SideEye.ControlPlane.Serving.Api;

namespace SideEye.Cli.Remote;

/// <summary><c>sideeye snapshot --server</c>: the control plane takes it, or has it, and its file comes here.</summary>
internal sealed class RemoteSnapshot(ControlPlaneClient controlPlane)
{
    /// <summary>What is asked for.</summary>
    /// <param name="Id">A snapshot that is kept, <c>latest</c>, or null to take one.</param>
    /// <param name="Document">What to capture.</param>
    /// <param name="File">Where its file goes; null for a name of its own in this folder.</param>
    public sealed record Wish(string? Id, SnapshotDocument Document, string? File);

    /// <summary>Takes or finds it, brings its file, says what came of it.</summary>
    /// <returns>The exit code: partial where an agent or process failed.</returns>
    public async Task<int> RunAsync(Wish wish, bool asJson, CancellationToken stop)
    {
        SnapshotAnswer snapshot = wish.Id is null
            ? await controlPlane.SendAsync<SnapshotDocument, SnapshotAnswer>(
                HttpMethod.Post, "/api/v1/snapshots", wish.Document, stop).ConfigureAwait(false)
            : await controlPlane.GetAsync<SnapshotAnswer>(
                $"/api/v1/snapshots/{Uri.EscapeDataString(wish.Id)}", stop).ConfigureAwait(false);
        string file = wish.File ?? DefaultFile(snapshot);
        await controlPlane.DownloadAsync($"/api/v1/snapshots/{snapshot.SnapshotId}/file", file, stop)
            .ConfigureAwait(false);
        if (asJson)
            WriteJson(snapshot, file);
        else
            WriteText(snapshot, file);
        return snapshot.Error is null && !snapshot.IsTruncated ? ExitCode.Done : ExitCode.Partial;
    }

    private static string DefaultFile(SnapshotAnswer snapshot) => string.Create(
        CultureInfo.InvariantCulture, $"sideeye-{snapshot.CapturedAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}.duckdb");

    private static void WriteText(SnapshotAnswer snapshot, string file)
    {
        using StreamWriter text = new(StandardOutput.Open());
        text.WriteLine(
            $"snapshot {snapshot.SnapshotId} of {snapshot.CapturedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: "
            + $"{snapshot.Processes} processes, {snapshot.Goroutines} goroutines, "
            + $"longest pause {DurationText.OfNanoseconds(snapshot.PauseMaxNs)}");
        if (snapshot.Error is not null)
            Console.Error.WriteLine($"sideeye: {PlainText.Clean(snapshot.Error)}");
        if (snapshot.IsTruncated)
            Console.Error.WriteLine("sideeye: a limit cut something; see processes.truncated");
        text.WriteLine($"snapshot written to {file}");
        text.WriteLine($"  sideeye stacks {file}");
        text.WriteLine($"  sideeye sql {file} \"SELECT * FROM goroutine_groups\"");
    }

    private static void WriteJson(SnapshotAnswer snapshot, string file)
    {
        using Stream output = StandardOutput.Open();
        using (Utf8JsonWriter json = new(output, JsonValues.Options))
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            JsonElement known = JsonSerializer.SerializeToElement(snapshot, ApiJson.Options);
            foreach (JsonProperty property in known.EnumerateObject())
                property.WriteTo(json);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }
}
