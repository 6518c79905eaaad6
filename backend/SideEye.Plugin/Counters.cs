using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using SideEye.Grafana.Calls;

namespace SideEye.Plugin;

/// <summary>What the plugin has done since its start, in Prometheus' text format.</summary>
internal sealed class Counters(TimeProvider clock) : IMetricsHandler
{
    private readonly ConcurrentDictionary<(string Origin, string Result), Sum> queries = [];
    private long rows;
    private int running;

    /// <summary>Counts a query that begins; disposing of it ends it, failed unless it was said otherwise.</summary>
    /// <param name="origin">panel or alert.</param>
    internal Running Begin(string origin) => new(this, origin);

    /// <inheritdoc/>
    public string Collect()
    {
        StringBuilder text = new();
        Describe(text, "sideeye_plugin_queries_total", "counter", "Queries, by who asked and how it ended.");
        foreach (((string origin, string result), Sum sum) in queries.OrderBy(each => each.Key))
            Line(text, "sideeye_plugin_queries_total", $"{{origin=\"{origin}\",result=\"{result}\"}}", sum.Count);
        Describe(text, "sideeye_plugin_query_seconds_total", "counter", "Seconds that queries took together.");
        foreach (((string origin, string result), Sum sum) in queries.OrderBy(each => each.Key))
        {
            string labels = $"{{origin=\"{origin}\",result=\"{result}\"}}";
            Line(text, "sideeye_plugin_query_seconds_total", labels, TimeSpan.FromTicks(sum.Ticks).TotalSeconds);
        }
        Describe(text, "sideeye_plugin_rows_total", "counter", "Rows that were answered.");
        Line(text, "sideeye_plugin_rows_total", "", Volatile.Read(ref rows));
        Describe(text, "sideeye_plugin_queries_running", "gauge", "Queries at this moment.");
        Line(text, "sideeye_plugin_queries_running", "", Volatile.Read(ref running));
        Describe(text, "sideeye_plugin_memory_bytes", "gauge", "Bytes of objects in memory.");
        Line(text, "sideeye_plugin_memory_bytes", "", GC.GetTotalMemory(forceFullCollection: false));
        return text.ToString();
    }

    private static void Describe(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");

    private void End(string origin, string result, TimeSpan time, long answered)
    {
        Sum sum = queries.GetOrAdd((origin, result), _ => new Sum());
        sum.Add(time.Ticks);
        Interlocked.Add(ref rows, answered);
        Interlocked.Decrement(ref running);
    }

    /// <summary>A query under way.</summary>
    internal sealed class Running : IDisposable
    {
        private readonly Counters counters;
        private readonly string origin;
        private readonly long begin;
        private string result = "failed";
        private long answered;

        internal Running(Counters counters, string origin)
        {
            this.counters = counters;
            this.origin = origin;
            begin = counters.Now();
            Interlocked.Increment(ref counters.running);
        }

        internal void Succeeded(long rows) => (result, answered) = ("ok", rows);

        internal void Cancelled() => result = "cancelled";

        public void Dispose() => counters.End(origin, result, counters.Since(begin), answered);
    }

    private long Now() => clock.GetTimestamp();

    private TimeSpan Since(long begin) => clock.GetElapsedTime(begin);

    private sealed class Sum
    {
        private long count;
        private long ticks;

        internal long Count => Volatile.Read(ref count);

        internal long Ticks => Volatile.Read(ref ticks);

        internal void Add(long time)
        {
            Interlocked.Increment(ref count);
            Interlocked.Add(ref ticks, time);
        }
    }
}
