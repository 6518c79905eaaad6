using System.Text.Json.Serialization;

namespace SideEye.Plugin.Queries;

/// <summary>What a query asks for.</summary>
internal enum PanelQueryKind
{
    /// <summary>Rows of the user's SQL.</summary>
    Sql,

    /// <summary>Groups of goroutines with one stack.</summary>
    Goroutines,

    /// <summary>All stacks as one flame graph.</summary>
    Flamegraph,

    /// <summary>Rows that links connect.</summary>
    Nodegraph,

    /// <summary>Captured values as lines.</summary>
    Logs,

    /// <summary>The snapshots in the time range.</summary>
    Snapshots,

    /// <summary>Names for pickers.</summary>
    Variables,
}

/// <summary>What the rows become.</summary>
internal enum PanelFormat
{
    /// <summary>What suits the kind: a table for SQL.</summary>
    Auto,

    /// <summary>A table.</summary>
    Table,

    /// <summary>One frame of time series.</summary>
    Timeseries,

    /// <summary>A frame for each time series.</summary>
    Multi,

    /// <summary>Numbers, one or many told apart by texts.</summary>
    Numeric,

    /// <summary>Lines of a log.</summary>
    Logs,

    /// <summary>A flame graph.</summary>
    Flamegraph,

    /// <summary>A node graph.</summary>
    Nodegraph,

    /// <summary>Marks on time axes.</summary>
    Annotations,
}

/// <summary>Which snapshot answers.</summary>
internal enum SnapshotMode
{
    /// <summary>One that is at most maxAge old; it is taken where there is none.</summary>
    Fresh,

    /// <summary>The newest that there is.</summary>
    Latest,

    /// <summary>A certain one.</summary>
    Id,

    /// <summary>The newest that is not younger than the end of the time range.</summary>
    Asof,
}

/// <summary>A query as the editor, dashboards and alert rules write it.</summary>
internal sealed record QueryDocument
{
    /// <summary>What is asked for; SQL where it is not said.</summary>
    public PanelQueryKind? Kind { get; init; }

    /// <summary>The program; null for the data source's default, empty for all.</summary>
    public string? Program { get; init; }

    /// <summary>The environment; null for the data source's default, empty for all.</summary>
    public string? Environment { get; init; }

    /// <summary>Friendly names of processes; none for all.</summary>
    [JsonConverter(typeof(NamesConverter))]
    public IReadOnlyList<string>? Processes { get; init; }

    /// <summary>SQL with macros.</summary>
    public string? Sql { get; init; }

    /// <summary>Which snapshot answers.</summary>
    public SnapshotDocument? Snapshot { get; init; }

    /// <summary>What the rows become.</summary>
    public PanelFormat? Format { get; init; }

    /// <summary>Only stacks with a function that this regular expression matches.</summary>
    public string? FunctionFilter { get; init; }

    /// <summary>Only values that contain this.</summary>
    public string? TextFilter { get; init; }

    /// <summary>Which names for pickers.</summary>
    public VariablesDocument? Variables { get; init; }

    /// <summary>Which links.</summary>
    public LinksDocument? Links { get; init; }

    /// <summary>Rows at most; null for the control plane's limit.</summary>
    public long? RowsMax { get; init; }

    /// <summary>How long to wait for a fresh snapshot, such as 5s; null for the data source's.</summary>
    public string? WaitMax { get; init; }

    /// <summary>Whether each new snapshot brings the answer anew, over a live channel.</summary>
    public bool Live { get; init; }
}

/// <summary>Which snapshot answers.</summary>
internal sealed record SnapshotDocument
{
    /// <summary>In which way it is chosen.</summary>
    public SnapshotMode Mode { get; init; }

    /// <summary>How old a fresh one may be, such as 10s; null for the data source's.</summary>
    public string? MaxAge { get; init; }

    /// <summary>Its identity.</summary>
    public string? Id { get; init; }
}

/// <summary>Which names for pickers.</summary>
internal sealed record VariablesDocument
{
    /// <summary>programs, environments, processes, tables, columns, values or snapshots.</summary>
    public string? What { get; init; }

    /// <summary>The table of columns and values.</summary>
    public string? Table { get; init; }

    /// <summary>The column of values.</summary>
    public string? Column { get; init; }
}

/// <summary>Which links a node graph follows.</summary>
internal sealed record LinksDocument
{
    /// <summary>The table of the row to start from; null for all rows that have a link.</summary>
    public string? Table { get; init; }

    /// <summary>Its process.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Its goroutine, as number or text.</summary>
    public long? GoroutineId { get; init; }

    /// <summary>How many links to follow.</summary>
    public int? Depth { get; init; }
}
