using System.Collections.Immutable;

namespace SideEye.Spec.Reading;

/// <summary>The keys of a kind of mapping in a spec file.</summary>
/// <param name="Definition">Its name in the JSON Schema; empty for the file itself.</param>
/// <param name="What">What it is, for messages: in <i>a function</i>.</param>
/// <param name="Names">The keys.</param>
internal sealed record SpecKeys(string Definition, string What, ImmutableArray<string> Names)
{
    public static SpecKeys File { get; } = new("", "a spec",
    [
        "version", "description", "optional", "programs", "functions", "types", "context", "tables", "links", "redact",
        "limits",
    ]);

    public static SpecKeys Program { get; } = new("program", "a program", ["name", "environment", "match"]);

    public static SpecKeys Match { get; } =
        new("match", "match", ["executable", "command_line", "env", "container", "labels"]);

    public static SpecKeys Function { get; } =
        new("function", "a function", ["function", "table", "optional", "capture", "columns", "limits"]);

    public static SpecKeys Capture { get; } = new("capture", "a captured expression",
        ["expr", "as", "optional", "depth", "string_bytes", "slice_bytes", "map_entries"]);

    public static SpecKeys Column { get; } = new("column", "a column", ["name", "sql", "type"]);

    public static SpecKeys Type { get; } = new("type", "a type", ["type", "capture"]);

    public static SpecKeys ContextKey { get; } = new("contextKey", "a context key", ["key", "as", "optional"]);

    public static SpecKeys Table { get; } = new("table", "a table", ["name", "sql", "description", "optional"]);

    public static SpecKeys Link { get; } = new("link", "a link", ["from", "to", "description", "optional"]);

    public static SpecKeys LinkEnd { get; } = new("linkEnd", "the end of a link", ["table", "columns"]);

    public static SpecKeys Redact { get; } = new("redact", "redact", ["names", "allow"]);

    public static SpecKeys FunctionLimits { get; } = new("functionLimits", "the limits of a function",
        ["depth", "string_bytes", "slice_bytes", "map_entries", "frame_bytes"]);

    public static SpecKeys Limits { get; } = new("limits", "limits",
        ["depth", "string_bytes", "slice_bytes", "map_entries", "frame_bytes", "snapshot_bytes"]);

    /// <summary>All of them.</summary>
    public static ImmutableArray<SpecKeys> All { get; } =
    [
        File, Program, Match, Function, Capture, Column, Type, ContextKey, Table, Link, LinkEnd, Redact, FunctionLimits,
        Limits,
    ];
}
