using SideEye.ControlPlane.Capturing;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>A query as it is sent.</summary>
public sealed record QueryDocument
{
    /// <summary>sql (the default), goroutines, flamegraph, nodegraph, logs, snapshots or variables.</summary>
    public string? Kind { get; init; }

    /// <summary>The SQL, with macros; of kind sql.</summary>
    public string? Sql { get; init; }

    /// <summary>Of this program; null for all.</summary>
    public string? Program { get; init; }

    /// <summary>Of this environment; null for all.</summary>
    public string? Environment { get; init; }

    /// <summary>Of these processes, by friendly name; null for all.</summary>
    public IReadOnlyList<string>? Processes { get; init; }

    /// <summary>latest (the default), fresh, asof (the newest at the end of the time range), or a snapshot's id.
    /// </summary>
    public string? Snapshot { get; init; }

    /// <summary>How old a fresh snapshot may be, in nanoseconds; null for the control plane's default.</summary>
    public long? MaxAgeNs { get; init; }

    /// <summary>Start of the time range; null for an hour before its end.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time range; null for now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Most rows; null for the control plane's default.</summary>
    public long? RowsMax { get; init; }

    /// <summary>Only stacks with such a function: a regular expression; of kinds goroutines and flamegraph.</summary>
    public string? FunctionFilter { get; init; }

    /// <summary>Only values that contain this; of kind logs.</summary>
    public string? TextFilter { get; init; }

    /// <summary>Where to start; of kind nodegraph.</summary>
    public LinksDocument? Links { get; init; }

    /// <summary>What to list; of kind variables.</summary>
    public VariablesDocument? Variables { get; init; }

    /// <summary>The query as the contract has it.</summary>
    /// <exception cref="ApiException">There is no such kind, or a number cannot be.</exception>
    internal QueryRequest ToRequest(DateTimeOffset now, Caller caller)
    {
        DateTimeOffset to = To ?? now;
        if (RowsMax < 0 || MaxAgeNs < 0)
            throw ApiException.BadRequest("rows_max and max_age_ns are not below 0");
        QueryRequest request = new()
        {
            Kind = KindOf(Kind),
            Sql = Sql ?? "",
            Program = Program ?? "",
            Environment = Environment ?? "",
            Snapshot = ChoiceOf(to),
            FromUnixNs = UnixTime.Nanoseconds(From ?? (to < DateTimeOffset.UnixEpoch ? to : to.AddHours(-1))),
            ToUnixNs = UnixTime.Nanoseconds(to),
            RowsMax = RowsMax ?? 0,
            Caller = caller,
            FunctionFilter = FunctionFilter ?? "",
            TextFilter = TextFilter ?? "",
            Links = Links?.ToQuery(),
            Variables = Variables?.ToQuery(),
        };
        request.Processes.AddRange(Processes ?? []);
        return request;
    }

    private SnapshotChoice ChoiceOf(DateTimeOffset to) => Snapshot switch
    {
        null or "latest" => new SnapshotChoice { Latest = true },
        "fresh" => new SnapshotChoice { Fresh = new FreshSnapshot { MaxAgeNs = MaxAgeNs ?? 0 } },
        "asof" => new SnapshotChoice { AsOfUnixNs = UnixTime.Nanoseconds(to) },
        _ => new SnapshotChoice { Id = Snapshot },
    };

    private static QueryKind KindOf(string? kind) => kind switch
    {
        null or "sql" => QueryKind.Sql,
        "goroutines" => QueryKind.Goroutines,
        "flamegraph" => QueryKind.Flamegraph,
        "nodegraph" => QueryKind.Nodegraph,
        "logs" => QueryKind.Logs,
        "snapshots" => QueryKind.Snapshots,
        "variables" => QueryKind.Variables,
        _ => throw ApiException.BadRequest(
            "there is no such kind; there are sql, goroutines, flamegraph, nodegraph, logs, snapshots and variables"),
    };
}

/// <summary>Where a node graph starts.</summary>
/// <param name="Table">The row's table; null for all rows that have a link.</param>
/// <param name="ProcessId">The row's process in the snapshot.</param>
/// <param name="GoroutineId">The row's goroutine.</param>
/// <param name="Depth">Links to follow; null for 3.</param>
public sealed record LinksDocument(string? Table, int? ProcessId, long? GoroutineId, int? Depth)
{
    internal LinksQuery ToQuery() => new()
    {
        Table = Table ?? "", ProcessId = ProcessId ?? 0, GoroutineId = GoroutineId ?? 0, Depth = Depth ?? 0,
    };
}

/// <summary>What to list.</summary>
/// <param name="What">programs, environments, processes, tables, columns, values or snapshots.</param>
/// <param name="Table">Of columns and values.</param>
/// <param name="Column">Of values.</param>
public sealed record VariablesDocument(string? What, string? Table, string? Column)
{
    internal VariablesQuery ToQuery() => new() { What = What ?? "", Table = Table ?? "", Column = Column ?? "" };
}
