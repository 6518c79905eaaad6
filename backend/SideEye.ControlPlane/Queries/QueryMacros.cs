using System.Globalization;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>The macros of panel queries, <c>$__timeFilter(column)</c> and others; docs/queries.md lists them.</summary>
internal static class QueryMacros
{
    /// <summary>Macros with this query's values.</summary>
    /// <param name="context">The query.</param>
    /// <param name="processes">Gets the ids of the processes that the query is about, when a macro wants them.</param>
    public static SqlMacros Of(QueryContext context, Func<IReadOnlyList<long>> processes) =>
        new(new Dictionary<string, Func<IReadOnlyList<string>, string>>(StringComparer.Ordinal)
        {
            ["timeFilter"] = arguments => TimeFilter(context, Only("timeFilter", arguments)),
            ["timeFrom"] = arguments => Nothing("timeFrom", arguments, () => Moment(context.Request.FromUnixNs)),
            ["timeTo"] = arguments => Nothing("timeTo", arguments, () => Moment(context.Request.ToUnixNs)),
            ["timeGroup"] = arguments => TimeGroup(arguments),
            ["interval"] = arguments => Nothing("interval", arguments, () => Milliseconds(IntervalMs(context))),
            ["interval_ms"] = arguments => Nothing("interval_ms", arguments, () => Text(IntervalMs(context))),
            ["snapshot"] = arguments =>
                Nothing("snapshot", arguments, () => TextOrNull(context.Subject.Snapshot?.SnapshotId)),
            ["program"] = arguments => Nothing("program", arguments, () =>
                TextOrNull(Chosen(context.Request.Program, context.Subject.Snapshot?.Program))),
            ["environment"] = arguments => Nothing("environment", arguments, () =>
                TextOrNull(Chosen(context.Request.Environment, context.Subject.Snapshot?.Environment))),
            ["processes"] = arguments => Nothing("processes", arguments, () =>
                string.Join(", ", processes().Select(Text).DefaultIfEmpty("NULL"))),
        });

    private static string TimeFilter(QueryContext context, string column) =>
        $"({column} >= {Moment(context.Request.FromUnixNs)} AND {column} <= {Moment(context.Request.ToUnixNs)})";

    private static string TimeGroup(IReadOnlyList<string> arguments)
    {
        if (arguments.Count != 2)
        {
            throw new StoreException(StoreError.Sql, "$__timeGroup takes a column and an interval, as in "
                + "$__timeGroup(captured_at, $__interval) or $__timeGroup(captured_at, '5m')");
        }
        string interval = arguments[1].StartsWith("INTERVAL", StringComparison.OrdinalIgnoreCase)
            ? arguments[1] : Milliseconds(Duration(arguments[1].Trim('\'')));
        return $"time_bucket({interval}, {arguments[0]})";
    }

    /// <summary>Milliseconds of a duration as Grafana writes it: 500ms, 30s, 5m, 2h, 1d, 1w.</summary>
    private static long Duration(string text)
    {
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        long unit = text[digits..] switch
        {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => 0,
        };
        if (unit == 0 || digits is 0 or > 9 || long.Parse(text[..digits], CultureInfo.InvariantCulture) == 0)
        {
            throw new StoreException(StoreError.Sql,
                $"{text} is no interval; write one like 500ms, 30s, 5m, 2h, 1d, or $__interval");
        }
        return unit * long.Parse(text[..digits], CultureInfo.InvariantCulture);
    }

    private static string Only(string macro, IReadOnlyList<string> arguments) =>
        arguments.Count == 1 && arguments[0].Length > 0 ? arguments[0]
            : throw new StoreException(StoreError.Sql, $"$__{macro} takes one column, as in $__{macro}(captured_at)");

    private static string Nothing(string macro, IReadOnlyList<string> arguments, Func<string> value) =>
        arguments.Count == 0 ? value()
            : throw new StoreException(StoreError.Sql, $"$__{macro} takes no arguments");

    private static long IntervalMs(QueryContext context) => Math.Max(1, context.Request.IntervalNs / 1_000_000);

    private static string Milliseconds(long ms) => $"INTERVAL '{Text(ms)} milliseconds'";

    /// <summary>A time; what is outside the years that SQL knows is cut to them.</summary>
    private static string Moment(long unixNs)
    {
        DateTime time = DateTime.UnixEpoch.AddTicks(unixNs / 100);
        return $"TIMESTAMPTZ '{time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00'";
    }

    private static string? Chosen(string asked, string? ofSnapshot) => asked.Length > 0 ? asked : ofSnapshot;

    private static string TextOrNull(string? text) => text is null ? "NULL" : SqlText.Literal(text);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
