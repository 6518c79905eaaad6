using System.Globalization;
using System.Text;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;
using SideEye.ControlPlane.Queries;
using SideEye.ControlPlane.Queries.Workers;
using SideEye.ControlPlane.Serving.Answering;
using SideEye.ControlPlane.Serving.Gate;

namespace SideEye.ControlPlane.Serving;

/// <summary>What the control plane counts, in Prometheus' text format.</summary>
internal sealed class MetricsText(
    CaptureCounts captures, QueryCounts queries, SharedAnswers answers, QueryWorkers? workers, IFleet fleet,
    ISnapshotShelf shelf, RefusalLog refusals, ServingLimits limits)
{
    /// <summary>All counts now.</summary>
    public string Now()
    {
        StringBuilder text = new();
        CaptureTotals totals = captures.Totals;
        Head(text, "sideeye_captures_total", "counter", "Snapshots taken, and captures of which nothing came.");
        Line(text, "sideeye_captures_total{outcome=\"taken\"}", totals.Taken);
        Line(text, "sideeye_captures_total{outcome=\"failed\"}", totals.Failed);
        One(text, "sideeye_capture_processes_failed_total", "counter",
            "Processes that were meant and not captured.", totals.ProcessesFailed);
        Add(text, "sideeye_capture_duration_seconds", "From the order to the complete file.", totals.Durations);
        Add(text, "sideeye_pause_seconds",
            "The longest pause of a process, for each agent in each snapshot.", totals.Pauses);
        One(text, "sideeye_captures_running", "gauge",
            "Captures that wait for their turn or are under way.", captures.Running);
        One(text, "sideeye_capture_waiting_requests", "gauge", "Requests that wait for a capture.", captures.Waiting);
        AddQueries(text);
        AddAgents(text);
        AddShelf(text);
        One(text, "sideeye_refused_requests_total", "counter",
            "Requests of those who may not do what they ask for.", refusals.Total);
        One(text, "process_cpu_seconds_total", "counter", "Processor time of the control plane itself.",
            Environment.CpuUsage.TotalTime.TotalSeconds);
        One(text, "process_resident_memory_bytes", "gauge", "Resident memory of the control plane itself.",
            Environment.WorkingSet);
        return text.ToString();
    }

    private void AddQueries(StringBuilder text)
    {
        Head(text, "sideeye_queries_total", "counter", "Queries by kind, and what came of them.");
        foreach ((string kind, string outcome, long count) in queries.Ended)
            Line(text, $"sideeye_queries_total{{kind=\"{kind}\",outcome=\"{outcome}\"}}", count);
        One(text, "sideeye_queries_shared_total", "counter",
            "Queries answered with what another had just asked.", answers.Count);
        One(text, "sideeye_queries_running", "gauge", "Queries that run or wait.", queries.Running);
        if (workers is null)
            return;
        One(text, "sideeye_query_processes", "gauge", "Processes that run queries, or wait for some.", workers.Count);
        One(text, "sideeye_query_processes_ended_total", "counter",
            "Processes that were ended because their query overstepped, or that ended themselves.", workers.Ended);
    }

    private void AddAgents(StringBuilder text)
    {
        IReadOnlyList<AgentState> agents = fleet.Agents;
        Head(text, "sideeye_agents", "gauge", "Agents, by whether they answer.");
        Line(text, "sideeye_agents{state=\"up\"}", agents.Count(static one => one.IsOk));
        Line(text, "sideeye_agents{state=\"down\"}", agents.Count(static one => !one.IsOk));
        One(text, "sideeye_processes", "gauge", "Go processes that agents watch.", fleet.Processes.Count);
    }

    private void AddShelf(StringBuilder text)
    {
        IReadOnlyList<KeptSnapshot> kept = shelf.Between(
            null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, limits.HistoryMax);
        One(text, "sideeye_snapshots", "gauge", "Snapshots that are kept.", kept.Count);
        One(text, "sideeye_snapshots_bytes", "gauge", "Bytes of their files.",
            kept.Sum(static one => one.FileBytes));
    }

    private static void Add(StringBuilder text, string name, string help, HistogramCounts counts)
    {
        Head(text, name, "histogram", help);
        long sum = 0;
        for (int i = 0; i < counts.Buckets.Length; i++)
        {
            sum += counts.Buckets[i];
            string bound = i < counts.Bounds.Length
                ? counts.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Line(text, $"{name}_bucket{{le=\"{bound}\"}}", sum);
        }
        Line(text, $"{name}_sum", counts.Sum);
        Line(text, $"{name}_count", sum);
    }

    private static void One(StringBuilder text, string name, string type, string help, double value)
    {
        Head(text, name, type, help);
        Line(text, name, value);
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string name, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
}
