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

    /// <summary>Like <see cref="Hash"/>, over what decides what is captured alone: what a capture program depends on.
    /// </summary>
    public string CaptureHash { get; init; } = "";
}

/// <summary>A program: the processes for which every given regular expression matches.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Executable">Regular expression for the executable's path; null when any will do.</param>
/// <param name="CommandLine">Regular expression for the arguments, separated by blanks; null when any will do.</param>
/// <param name="Variables">Regular expressions for environment variables, by name.</param>
/// <param name="At">Where the spec says so.</param>
public sealed record ProgramRule(
    string Name, string? Executable, string? CommandLine, ImmutableSortedDictionary<string, string> Variables,
    SourcePosition At)
{
    /// <summary>Regular expression for the container's id; null when any will do, also none.</summary>
    public string? Container { get; init; }

    /// <summary>Regular expressions for labels of the process, those of its pod included, by name.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The environment that matching processes belong to; null when this rule does not say.</summary>
    public string? Environment { get; init; }
}

/// <summary>A function whose frames become the rows of a table.</summary>
/// <param name="Function">Its name as in the symbol table.</param>
/// <param name="Table">Name of its table; null to derive one, never null in a merged spec.</param>
/// <param name="Captures">The captured expressions.</param>
/// <param name="Columns">Extra columns: SQL over the captured ones.</param>
/// <param name="Limits">Limits for this function.</param>
/// <param name="IsOptional">True when a binary without the function is no problem (built-in packs).</param>
/// <param name="At">Where the spec says so.</param>
public sealed record FunctionSpec(
    string Function, string? Table, ImmutableArray<ExpressionSpec> Captures, ImmutableArray<ColumnSpec> Columns,
    LimitsSpec Limits, bool IsOptional, SourcePosition At)
{
    /// <summary>Names of functions that do the same in other versions of the library: of all the names, the first that
    /// a binary contains is captured.</summary>
    public ImmutableArray<string> Alternatives { get; init; } = [];

    /// <summary><see cref="Function"/> and its <see cref="Alternatives"/>, in the order of preference.</summary>
    public IEnumerable<string> Names => Alternatives.Prepend(Function);
}

/// <summary>A captured expression.</summary>
/// <param name="Text">As written.</param>
/// <param name="Expression">Parsed.</param>
/// <param name="Column">Name of its column.</param>
/// <param name="Limits">Limits for this expression; <c>depth</c> in the file is its pointer depth.</param>
/// <param name="At">Where the spec says so.</param>
/// <param name="IsOptional">True when a binary whose function has no such variable is no problem.</param>
public sealed record ExpressionSpec(
    string Text, Expression Expression, string Column, LimitsSpec Limits, SourcePosition At, bool IsOptional = false)
{
    /// <summary>Expressions for binaries in which those before do not bind, as where a library renamed a field.
    /// </summary>
    public ImmutableArray<Expression> Alternatives { get; init; } = [];

    /// <summary><see cref="Expression"/> and its <see cref="Alternatives"/>: the first that binds is captured.
    /// </summary>
    public IEnumerable<Expression> Candidates => Alternatives.Prepend(Expression);
}

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
/// <param name="IsOptional">True when a binary that has neither is no problem.</param>
public sealed record ContextKeySpec(string Key, string Column, SourcePosition At, bool IsOptional = false);

/// <summary>A derived table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sources">Queries whose rows it holds, as by UNION ALL BY NAME; one at least.</param>
/// <param name="Description">For people.</param>
/// <param name="At">Where the spec says so.</param>
/// <param name="IsOptional">True when a source that asks for a table that is not there is left out, and the table
/// itself when no source remains, without a word.</param>
public sealed record TableSpec(
    string Name, ImmutableArray<TableSource> Sources, string? Description, SourcePosition At, bool IsOptional = false);

/// <summary>A query in DuckDB's dialect that gives rows of a derived table.</summary>
public sealed record TableSource(string Sql, SourcePosition At);

/// <summary>A link: rows whose columns have equal values belong together.</summary>
/// <param name="From">One end.</param>
/// <param name="To">The other.</param>
/// <param name="Description">For people.</param>
/// <param name="At">Where the spec says so.</param>
/// <param name="IsOptional">True when it is no problem that a table is not there.</param>
public sealed record LinkSpec(
    LinkEnd From, LinkEnd To, string? Description, SourcePosition At, bool IsOptional = false);

/// <summary>One end of a link.</summary>
public sealed record LinkEnd(string Table, ImmutableArray<string> Columns);
