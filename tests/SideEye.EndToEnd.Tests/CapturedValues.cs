using System.Text.Json.Nodes;

namespace SideEye.EndToEnd.Tests;

/// <summary>The rows of one snapshot of the test program `values`, read as a user reads them: by SQL.</summary>
internal sealed class CapturedValues
{
    private readonly ValuesSpec spec;
    private readonly ILookup<(string Table, long GoroutineId), JsonObject> rows;
    private readonly ILookup<(long GoroutineId, string Expression), string> reasons;

    private CapturedValues(
        ValuesSpec spec, IEnumerable<(string, long, int, JsonObject)> rows,
        IEnumerable<(long Goroutine, string Expression, string Reason)> errors)
    {
        this.spec = spec;
        reasons = errors.ToLookup(error => (error.Goroutine, error.Expression), error => error.Reason);
        this.rows = rows.OrderBy(row => row.Item3).ToLookup(row => (row.Item1, row.Item2), row => row.Item4);
    }

    /// <summary>Takes a snapshot with what a spec captures of the program.</summary>
    public static CapturedValues Take(ValuesProgram program, ValuesSpec spec, TemporaryFolder folder, string reader)
    {
        string specFile = folder.File("values.yaml");
        File.WriteAllText(specFile, spec.Text);
        string file = folder.File("values.duckdb");
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{program.Target.ProcessId}", "--spec", specFile, "--out", file, "--reader", reader,
            "--pause-max", "20000");
        Assert.True(run.ExitCode == 0, run.Error);
        return new CapturedValues(
            spec, Rows(file, spec),
            SnapshotQuery.Rows(file, "SELECT goroutine_id, expression, reason FROM capture_errors").Select(row => (
                row.GetProperty("goroutine_id").GetInt64(),
                row.GetProperty("expression").GetString()!,
                row.GetProperty("reason").GetString()!)));
    }

    private static IEnumerable<(string, long, int, JsonObject)> Rows(string file, ValuesSpec spec) =>
        SnapshotQuery.Rows(file, spec.Query).Select(row => (
            row.GetProperty("table_name").GetString()!,
            row.GetProperty("goroutine_id").GetInt64(),
            row.GetProperty("frame_index").GetInt32(),
            JsonNode.Parse(row.GetProperty("row").GetString()!)!.AsObject()));

    /// <summary>Why a column of a frame is NULL; null when nothing says why.</summary>
    public string? ReasonOf(KnownFrame frame, KnownVariable variable) =>
        reasons[(frame.GoroutineId, variable.Name)].FirstOrDefault();

    /// <summary>The row of a frame; null when there is none.</summary>
    public JsonObject? RowOf(KnownFrame frame) =>
        rows[(spec.TableOf(frame.Function), frame.GoroutineId)].ElementAtOrDefault(frame.Occurrence);

    /// <summary>The row of the package-level variables.</summary>
    public JsonObject Globals => Assert.Single(
        rows.Where(each => each.Key.Table == ValuesSpec.GlobalsTable).SelectMany(each => each));

    /// <summary>Compares what a column holds with what the program knows.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="text">Text of its column; null for NULL.</param>
    /// <returns>What differs; null when nothing does, and for NULL: whether that is right is another question.
    /// </returns>
    public static string? Difference(KnownVariable variable, string? text)
    {
        if (text is null)
            return null;
        if (variable.IsAbsent)
            return $": does not exist yet, and is said to be {text}";
        // A column of texts has them as they are, one of documents in quotes.
        if (ValueDifference.Find(variable.Value, JsonValue.Create(OfDuckDb(text))) is null)
            return null;
        return ValueDifference.Find(variable.Value, TryParse(text) is { } node ? node.Root : JsonValue.Create(text));
    }

    /// <summary>Whether NULL is an answer: a nil, or a variable that does not exist.</summary>
    public static bool MayBeNull(KnownVariable variable) => variable.IsAbsent || variable.Value is null;

    private static string OfDuckDb(string text) => text switch
    {
        "nan" => "NaN",
        "inf" => "+Inf",
        "-inf" => "-Inf",
        _ => text,
    };

    private static JsonNode? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
