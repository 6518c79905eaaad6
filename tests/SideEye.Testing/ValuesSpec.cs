using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SideEye.Testing;

/// <summary>
/// A spec that captures what the test program `values` knows: a table per function, named t0 and so on, a column v_NAME
/// per variable, and the package-level variables as columns of table globals. It is written in JSON, which is YAML too.
/// </summary>
public sealed class ValuesSpec
{
    /// <summary>Table of the package-level variables.</summary>
    public const string GlobalsTable = "globals";

    private const string MainFunction = "main.main";
    private readonly List<KnownFrame> frames;
    private readonly List<string> functions;
    private readonly IReadOnlyList<KnownVariable> globals;

    private ValuesSpec(List<KnownFrame> frames, IReadOnlyList<KnownVariable> globals)
    {
        this.frames = frames;
        this.globals = globals;
        functions = [.. frames.Select(frame => frame.Function).Distinct()];
    }

    /// <summary>Captures every variable of a running program.</summary>
    public static ValuesSpec OfVariables(ValuesProgram program) =>
        new(Only(program, static each => !each.IsPath), program.Globals);

    /// <summary>Captures every path, and nothing that a path leads through: what it needs it has to copy itself.
    /// </summary>
    public static ValuesSpec OfPaths(ValuesProgram program) => new(Only(program, static each => each.IsPath), []);

    /// <summary>The frames with what is captured of them.</summary>
    public IReadOnlyList<KnownFrame> Frames => frames;

    /// <summary>The package-level variables that are captured.</summary>
    public IReadOnlyList<KnownVariable> Globals => globals;

    /// <summary>What to put into a spec file.</summary>
    public string Text => new JsonObject
    {
        ["version"] = 1,
        ["functions"] = new JsonArray([.. functions.Select(Entry), .. GlobalsEntry()]),
        ["context"] = new JsonArray(ContextKey("main.contextKey", "request_id"), ContextKey("main.depthKey", "depth")),
        ["limits"] = new JsonObject
        {
            ["depth"] = 16,
            ["string_bytes"] = 1 << 16,
            ["slice_bytes"] = 1 << 16,
            ["map_entries"] = 4096,
            ["frame_bytes"] = 1 << 22,
        },
    }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    /// <summary>
    /// One query for all tables: columns table_name, goroutine_id, frame_index, and row, which is an object of texts by
    /// column.
    /// </summary>
    public string Query => string.Join("\nUNION ALL ", [
        .. functions.Select(function => Select(TableOf(function), Known(function))),
        .. globals.Count == 0 ? [] : (string[])[Select(GlobalsTable, globals)]]);

    /// <summary>The table of a function.</summary>
    public string TableOf(string function) => $"t{functions.IndexOf(function)}";

    /// <summary>The column of a variable or path: of what no name has, the number.</summary>
    public static string ColumnOf(KnownVariable known) => "v_" + string.Concat(known.NameInPackage.Select(static each =>
        char.IsLetterOrDigit(each) || each == '_'
            ? $"{each}" : string.Create(CultureInfo.InvariantCulture, $"_{(int)each:x}_")));

    private static List<KnownFrame> Only(ValuesProgram program, Func<KnownVariable, bool> isWanted) =>
    [
        .. program.Frames
            .Select(frame => frame with { Variables = [.. (frame.Variables ?? []).Where(isWanted)] })
            .Where(static frame => frame.Variables is not []),
    ];

    private static string Select(string table, IEnumerable<KnownVariable> known)
    {
        var columns = known.Select(each => $"'{ColumnOf(each)}', \"{ColumnOf(each)}\"::VARCHAR");
        return $"SELECT '{table}' AS table_name, goroutine_id, frame_index, "
            + $"json_object({string.Join(", ", columns)})::VARCHAR AS row FROM {table}";
    }

    private IEnumerable<KnownVariable> Known(string function) => frames.Where(frame => frame.Function == function)
        .SelectMany(frame => frame.Variables ?? []).DistinctBy(variable => variable.Name);

    private JsonObject Entry(string function) => Entry(function, TableOf(function), Known(function));

    private JsonObject[] GlobalsEntry() => globals.Count == 0 ? [] : [Entry(MainFunction, GlobalsTable, globals)];

    private static JsonObject Entry(string function, string table, IEnumerable<KnownVariable> known) => new()
    {
        ["function"] = function,
        ["table"] = table,
        // A variable that an optimised build has no trace of is no mistake in the spec.
        ["capture"] = new JsonArray([.. known.Select(each =>
            new JsonObject { ["expr"] = each.Name, ["as"] = ColumnOf(each), ["optional"] = !each.IsPath })]),
    };

    private static JsonObject ContextKey(string key, string column) => new() { ["key"] = key, ["as"] = column };
}
