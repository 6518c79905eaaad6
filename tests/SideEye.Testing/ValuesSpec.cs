using System.Text.Json;
using System.Text.Json.Nodes;

namespace SideEye.Testing;

/// <summary>
/// A spec that captures everything that the test program `values` knows: a table per function, named t0 and so on, a
/// column v_NAME per variable, and the package-level variables as columns of table globals. It is written in JSON, which
/// is YAML too.
/// </summary>
public sealed class ValuesSpec
{
    /// <summary>Table of the package-level variables.</summary>
    public const string GlobalsTable = "globals";

    private const string MainFunction = "main.main";
    private readonly List<string> functions;
    private readonly ValuesProgram program;

    /// <summary>The spec for a running program.</summary>
    public ValuesSpec(ValuesProgram program)
    {
        this.program = program;
        functions = [.. program.Frames.Select(frame => frame.Function).Distinct()];
    }

    /// <summary>What to put into a spec file.</summary>
    public string Text => new JsonObject
    {
        ["version"] = 1,
        ["functions"] = new JsonArray([.. functions.Select(Entry), Globals()]),
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
        .. functions.Select(function => Select(TableOf(function), Names(function))),
        Select(GlobalsTable, program.Globals.Select(global => global.Name))]);

    /// <summary>The table of a function.</summary>
    public string TableOf(string function) => $"t{functions.IndexOf(function)}";

    /// <summary>The column of a variable, by its name or, for package-level ones, its whole name.</summary>
    public static string ColumnOf(string name) => $"v_{name[(name.LastIndexOf('.') + 1)..]}";

    private static string Select(string table, IEnumerable<string> names)
    {
        var columns = names.Select(name => $"'{ColumnOf(name)}', \"{ColumnOf(name)}\"::VARCHAR");
        return $"SELECT '{table}' AS table_name, goroutine_id, frame_index, "
            + $"json_object({string.Join(", ", columns)})::VARCHAR AS row FROM {table}";
    }

    private IEnumerable<string> Names(string function) => program.Frames.Where(frame => frame.Function == function)
        .SelectMany(frame => frame.Variables ?? []).Select(variable => variable.Name).Distinct();

    private JsonObject Entry(string function) => Entry(function, TableOf(function), Names(function));

    private JsonObject Globals() =>
        Entry(MainFunction, GlobalsTable, program.Globals.Select(global => global.Name));

    private static JsonObject Entry(string function, string table, IEnumerable<string> names) => new JsonObject
    {
        ["function"] = function,
        ["table"] = table,
        // A variable that an optimised build has no trace of is no mistake in the spec.
        ["capture"] = new JsonArray([.. names.Select(name =>
            new JsonObject { ["expr"] = name, ["as"] = ColumnOf(name), ["optional"] = true })]),
    };

    private static JsonObject ContextKey(string key, string column) => new JsonObject { ["key"] = key, ["as"] = column };
}
