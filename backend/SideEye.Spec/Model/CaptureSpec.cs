using System.Collections.Immutable;
using SideEye.Spec.Expressions;

namespace SideEye.Spec.Model;

/// <summary>What to capture and which tables to make of it: one spec file, or several merged.</summary>
public sealed record CaptureSpec
{
    /// <summary>A spec that asks for nothing.</summary>
    public static CaptureSpec Empty { get; } = new();

    /// <summary>The programs that the rest is about.</summary>
    public ImmutableArray<ProgramRule> Programs { get; init; } = [];

    /// <summary>The functions whose frames become rows.</summary>
    public ImmutableArray<FunctionSpec> Functions { get; init; } = [];

    /// <summary>What to take of values of a type, wherever an interface holds one.</summary>
    public ImmutableArray<TypeSpec> Types { get; init; } = [];

    /// <summary>Values to take out of contexts.</summary>
    public ImmutableArray<ContextKeySpec> ContextKeys { get; init; } = [];

    /// <summary>Derived tables, in the order in which they may use each other.</summary>
    public ImmutableArray<TableSpec> Tables { get; init; } = [];

    /// <summary>Pairs of tables whose rows belong together.</summary>
    public ImmutableArray<LinkSpec> Links { get; init; } = [];

    /// <summary>Names that are never copied.</summary>
    public RedactionRules Redaction { get; init; } = RedactionRules.Default;

    /// <summary>Limits that hold where a function or expression sets none.</summary>
    public LimitsSpec Limits { get; init; } = LimitsSpec.None;

    /// <summary>SHA-256 over all that decides what is captured and derived, 64 hex digits; equal specs, however they
    /// were written, have equal hashes.</summary>
    public string Hash { get; init; } = "";
}

/// <summary>A program: the processes for which every given regular expression matches.</summary>
public sealed record ProgramRule(
    string Name, string? Executable, string? CommandLine, ImmutableSortedDictionary<string, string> Environment,
    SourcePosition At);

/// <summary>A function whose frames become the rows of a table.</summary>
/// <param name="Function">Its name as in the symbol table.</param>
/// <param name="Table">Name of its table; null to derive one.</param>
/// <param name="Captures">The captured expressions.</param>
/// <param name="Columns">Extra columns: SQL over the captured ones.</param>
/// <param name="Limits">Limits for this function.</param>
/// <param name="IsOptional">True when a binary without the function is no problem (built-in packs).</param>
/// <param name="At">Where the spec says so.</param>
public sealed record FunctionSpec(
    string Function, string? Table, ImmutableArray<ExpressionSpec> Captures, ImmutableArray<ColumnSpec> Columns,
    LimitsSpec Limits, bool IsOptional, SourcePosition At);

/// <summary>A captured expression.</summary>
/// <param name="Text">As written.</param>
/// <param name="Expression">Parsed.</param>
/// <param name="Column">Name of its column.</param>
/// <param name="Limits">Limits for this expression; <c>depth</c> in the file is its pointer depth.</param>
/// <param name="At">Where the spec says so.</param>
/// <param name="IsOptional">True when a binary whose function has no such variable is no problem.</param>
public sealed record ExpressionSpec(
    string Text, Expression Expression, string Column, LimitsSpec Limits, SourcePosition At, bool IsOptional = false);

/// <summary>An extra column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sql">SQL expression over the captured columns, with <c>column->path.to.field</c>.</param>
/// <param name="Type">SQL type, or TIMESTAMP_NANOS or DURATION_NANOS; null for what the expression gives.</param>
/// <param name="At">Where the spec says so.</param>
public sealed record ColumnSpec(string Name, string Sql, string? Type, SourcePosition At);

/// <summary>What to take of values of a type.</summary>
/// <param name="Type">Its name: <c>*main.clientState</c>.</param>
/// <param name="Captures">Paths within a value; empty for the whole value.</param>
/// <param name="At">Where the spec says so.</param>
public sealed record TypeSpec(string Type, ImmutableArray<ExpressionSpec> Captures, SourcePosition At);

/// <summary>A value to take out of contexts.</summary>
/// <param name="Key">The key's type (<c>main.requestIDKey</c>), or a package-level variable that holds the key.</param>
/// <param name="Column">Name under which it is shown.</param>
/// <param name="At">Where the spec says so.</param>
public sealed record ContextKeySpec(string Key, string Column, SourcePosition At);

/// <summary>A derived table.</summary>
public sealed record TableSpec(string Name, string Sql, string? Description, SourcePosition At);

/// <summary>A link: rows whose columns have equal values belong together.</summary>
public sealed record LinkSpec(LinkEnd From, LinkEnd To, string? Description, SourcePosition At);

/// <summary>One end of a link.</summary>
public sealed record LinkEnd(string Table, ImmutableArray<string> Columns);
