using System.Text.Json.Nodes;

namespace SideEye.EndToEnd.Tests;

/// <summary>The rows of one snapshot of the test program `values`, read as a user reads them: by SQL.</summary>
internal sealed class CapturedValues
{
    private readonly ValuesSpec spec;
    private readonly ILookup<(string Table, long GoroutineId), JsonObject> rows;

    private CapturedValues(ValuesSpec spec, IEnumerable<(string, long, int, JsonObject)> rows)
    {
        this.spec = spec;
        this.rows = rows.OrderBy(row => row.Item3).ToLookup(row => (row.Item1, row.Item2), row => row.Item4);
    }

    /// <summary>Takes a snapshot with every variable that the program knows.</summary>
    public static CapturedValues Take(ValuesProgram program, TemporaryFolder folder, string reader)
    {
        ValuesSpec spec = new(program);
        string specFile = folder.File("values.yaml");
        File.WriteAllText(specFile, spec.Text);
        string file = folder.File("values.duckdb");
        CommandRun run = SideEyeProcess.Run(
            "snapshot", "--pid", $"{program.Target.ProcessId}", "--spec", specFile, "--out", file, "--reader", reader,
            "--pause-max", "20000");
        Assert.True(run.ExitCode == 0, run.Error);
        return new CapturedValues(spec, SnapshotQuery.Rows(file, spec.Query).Select(row => (
            row.GetProperty("table_name").GetString()!,
            row.GetProperty("goroutine_id").GetInt64(),
            row.GetProperty("frame_index").GetInt32(),
            JsonNode.Parse(row.GetProperty("row").GetString()!)!.AsObject())));
    }

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
