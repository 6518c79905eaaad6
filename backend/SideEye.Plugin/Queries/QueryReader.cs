using System.Text.Json;
using SideEye.Grafana.Calls;
using SideEye.Plugin.Settings;
using SideEye.Protocol.ControlPlane;

namespace SideEye.Plugin.Queries;

/// <summary>A panel's query put into the control plane's words.</summary>
/// <param name="Document">The query as it was written.</param>
/// <param name="Request">The same for the control plane.</param>
/// <param name="IsForRules">Whether rules or expressions reckon with the rows, and nobody looks at them.</param>
internal sealed record ReadQuery(QueryDocument Document, QueryRequest Request, bool IsForRules)
{
    /// <summary>What the rows become; auto for numbers or series, whichever the columns make.</summary>
    internal PanelFormat Format { get; } = FormatOf(Document, IsForRules);

    private static PanelFormat FormatOf(QueryDocument document, bool isForRules)
    {
        if (document.Format is PanelFormat format && format != PanelFormat.Auto)
            return format;
        return document.Kind switch
        {
            PanelQueryKind.Flamegraph => PanelFormat.Flamegraph,
            PanelQueryKind.Nodegraph => PanelFormat.Nodegraph,
            PanelQueryKind.Logs => PanelFormat.Logs,
            PanelQueryKind.Snapshots => PanelFormat.Annotations,
            PanelQueryKind.Sql or null when isForRules => PanelFormat.Auto,
            _ => PanelFormat.Table,
        };
    }
}

/// <summary>Reads panels' queries.</summary>
internal static class QueryReader
{
    private const long NanosecondsPerTick = 100;

    // Grafana's own times end before nanoseconds do: the year 2262.
    private static readonly DateTimeOffset Last = DateTimeOffset.UnixEpoch.AddTicks(long.MaxValue / NanosecondsPerTick);

    /// <summary>Puts a query into the control plane's words.</summary>
    /// <exception cref="QueryException">It is not one of ours.</exception>
    internal static ReadQuery Read(
        PluginCall call, PanelQuery query, SourceSettings settings, PluginLimits limits, Origin? origin = null)
    {
        QueryDocument document = Parse(query.Json, limits);
        try
        {
            QueryRequest request = new()
            {
                Kind = KindOf(document.Kind ?? PanelQueryKind.Sql),
                Program = document.Program ?? settings.Program,
                Environment = document.Environment ?? settings.Environment,
                Sql = document.Sql ?? "",
                Snapshot = Choice(document, query, settings),
                FromUnixNs = Nanoseconds(query.From),
                ToUnixNs = Nanoseconds(query.To),
                IntervalNs = Nanoseconds(query.Interval),
                MaxDataPoints = query.MaxDataPoints,
                RowsMax = Math.Clamp(document.RowsMax ?? limits.RowsMax, 1, limits.RowsMax),
                WaitMaxNs = Nanoseconds(Wait(document, settings, limits)),
                FunctionFilter = document.FunctionFilter ?? "",
                TextFilter = document.TextFilter ?? "",
                Caller = CallerOf(call, origin),
            };
            request.Processes.AddRange(Processes(document, limits));
            AddParts(request, document);
            Check(request);
            return new ReadQuery(document, request, call.Headers.IsFromAlert || call.Headers.IsFromExpression);
        }
        catch (FormatException e)
        {
            throw new QueryException($"The query cannot be run: {e.Message}.", cause: e);
        }
    }

    /// <summary>Who asks, in the control plane's words.</summary>
    internal static Caller CallerOf(PluginCall call, Origin? origin = null) => new()
    {
        User = call.User?.Login ?? "",
        Role = call.User?.Role ?? "",
        Origin = origin ?? OriginOf(call.Headers),
    };

    private static Origin OriginOf(CallHeaders headers)
    {
        if (headers.IsFromAlert)
            return Origin.Alert;
        // Explore is no dashboard: Grafana names the dashboard where there is one.
        return headers["X-Dashboard-Uid"] is { Length: > 0 } ? Origin.Panel
            : headers["X-Panel-Plugin-Id"] is { Length: > 0 } ? Origin.Panel : Origin.Explore;
    }

    private static QueryDocument Parse(ReadOnlyMemory<byte> json, PluginLimits limits)
    {
        if (json.Length > limits.JsonBytesMax)
            throw new QueryException($"The query has more than {limits.JsonBytesMax:N0} bytes.");
        try
        {
            return JsonSerializer.Deserialize(json.Span, DocumentJsonContext.Default.QueryDocument)
                ?? throw new QueryException("The query is empty.");
        }
        catch (JsonException e)
        {
            throw new QueryException($"The query cannot be read: {e.Message}", cause: e);
        }
    }

    private static QueryKind KindOf(PanelQueryKind kind) => kind switch
    {
        PanelQueryKind.Goroutines => QueryKind.Goroutines,
        PanelQueryKind.Flamegraph => QueryKind.Flamegraph,
        PanelQueryKind.Nodegraph => QueryKind.Nodegraph,
        PanelQueryKind.Logs => QueryKind.Logs,
        PanelQueryKind.Snapshots => QueryKind.Snapshots,
        PanelQueryKind.Variables => QueryKind.Variables,
        _ => QueryKind.Sql,
    };

    private static SnapshotChoice Choice(QueryDocument document, PanelQuery query, SourceSettings settings)
    {
        SnapshotDocument snapshot = document.Snapshot ?? new SnapshotDocument();
        switch (snapshot.Mode)
        {
            case SnapshotMode.Latest:
                return new SnapshotChoice { Latest = true };
            case SnapshotMode.Id:
                if (string.IsNullOrWhiteSpace(snapshot.Id))
                    throw new FormatException("it asks for a certain snapshot and does not say which");
                return new SnapshotChoice { Id = snapshot.Id.Trim() };
            case SnapshotMode.Asof:
                return new SnapshotChoice { AsOfUnixNs = Nanoseconds(query.To) };
            default:
                TimeSpan? age = string.IsNullOrWhiteSpace(snapshot.MaxAge)
                    ? settings.MaxAge : Durations.Parse(snapshot.MaxAge, "the maximum age");
                return new SnapshotChoice
                {
                    Fresh = new FreshSnapshot { MaxAgeNs = Nanoseconds(age ?? TimeSpan.Zero) },
                };
        }
    }

    private static TimeSpan Wait(QueryDocument document, SourceSettings settings, PluginLimits limits)
    {
        TimeSpan? wait = string.IsNullOrWhiteSpace(document.WaitMax)
            ? settings.WaitMax : Durations.Parse(document.WaitMax, "the longest wait");
        return wait is null ? TimeSpan.Zero : wait < limits.WaitMax ? wait.Value : limits.WaitMax;
    }

    private static IEnumerable<string> Processes(QueryDocument document, PluginLimits limits)
    {
        IReadOnlyList<string> processes = document.Processes ?? [];
        if (processes.Count > limits.ProcessesMax)
        {
            throw new FormatException(
                $"it names {processes.Count:N0} processes, and {limits.ProcessesMax:N0} are possible: "
                + "name none for all");
        }
        return processes.Where(name => !string.IsNullOrEmpty(name));
    }

    private static void AddParts(QueryRequest request, QueryDocument document)
    {
        if (request.Kind == QueryKind.Variables)
        {
            request.Variables = new VariablesQuery
            {
                What = document.Variables?.What ?? "",
                Table = document.Variables?.Table ?? "",
                Column = document.Variables?.Column ?? "",
            };
        }
        if (request.Kind == QueryKind.Nodegraph && document.Links is { } links)
        {
            request.Links = new LinksQuery
            {
                Table = links.Table ?? "",
                ProcessId = links.ProcessId ?? 0,
                GoroutineId = links.GoroutineId ?? 0,
                Depth = Math.Clamp(links.Depth ?? 0, 0, 100),
            };
        }
    }

    private static void Check(QueryRequest request)
    {
        if (request.Caller.Origin == Origin.Alert)
            CheckNames([request.Program, request.Environment, .. request.Processes]);
        if (request.Kind == QueryKind.Sql && string.IsNullOrWhiteSpace(request.Sql))
            throw new FormatException("it holds no SQL");
        if (request.Kind == QueryKind.Variables && request.Variables.What.Length == 0)
        {
            throw new FormatException(
                "it does not say which names it wants: programs, environments, processes, tables, columns, values or "
                + "snapshots");
        }
    }

    /// <summary>Dashboards replace their variables in the browser, where no alert rule comes by.</summary>
    private static void CheckNames(IEnumerable<string> names)
    {
        if (names.FirstOrDefault(name => name.StartsWith('$') || name.StartsWith("[[", StringComparison.Ordinal))
            is string variable)
        {
            throw new FormatException(
                $"it names '{PluginLimits.Cut(variable, 100)}', and alert rules know no variables of dashboards: write "
                + "the name itself");
        }
    }

    private static long Nanoseconds(DateTimeOffset time)
    {
        if (time > Last)
            return long.MaxValue;
        long ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        return ticks < long.MinValue / NanosecondsPerTick ? long.MinValue : ticks * NanosecondsPerTick;
    }

    private static long Nanoseconds(TimeSpan time) =>
        time.Ticks > long.MaxValue / NanosecondsPerTick ? long.MaxValue : time.Ticks * NanosecondsPerTick;
}
