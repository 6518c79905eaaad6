using System.Globalization;
using System.Text;
using SideEye.Agent.Watching;
using SideEye.Bpf;

namespace SideEye.Agent.Serving;

/// <summary>Counts of what the agent did, in Prometheus' text format. Safe for use by several threads.</summary>
public sealed class AgentMetrics
{
    private static readonly double[] Bounds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
    private readonly long[] pauses = new long[Bounds.Length + 1];
    private readonly Lock gate = new();
    private double pauseSeconds;
    private long pauseCount;
    private long snapshots;
    private long refusals;
    private long bytes;

    /// <summary>A snapshot was taken and sent.</summary>
    public void Taken(long capturedBytes)
    {
        lock (gate)
        {
            snapshots++;
            bytes += capturedBytes;
        }
    }

    /// <summary>A process stood still.</summary>
    public void Paused(TimeSpan pause)
    {
        int bucket = Array.FindIndex(Bounds, bound => pause.TotalSeconds <= bound);
        lock (gate)
        {
            pauses[bucket < 0 ? Bounds.Length : bucket]++;
            pauseSeconds += pause.TotalSeconds;
            pauseCount++;
        }
    }

    /// <summary>Snapshots of processes were refused.</summary>
    public void Refused(int count)
    {
        lock (gate)
            refusals += count;
    }

    /// <summary>All counts as text.</summary>
    public string Text(ProcessTable table, ProbePool probes)
    {
        StringBuilder text = new();
        lock (gate)
        {
            Add(text, "sideeye_agent_snapshots_total", "counter", "Snapshots taken and sent.", snapshots);
            Add(text, "sideeye_agent_refusals_total", "counter",
                "Snapshots of a process refused: one was under way, or its pause budget was used up.", refusals);
            Add(text, "sideeye_agent_captured_bytes_total", "counter", "Bytes copied from processes.", bytes);
            AddPauses(text);
        }
        Add(text, "sideeye_agent_probe_loads_total", "counter", "Probes that the kernel was given to verify.",
            probes.Loads);
        Add(text, "sideeye_agent_probes_resting", "gauge", "Probes kept loaded between snapshots.", probes.Count);
        Add(text, "sideeye_agent_watched_processes", "gauge", "Go processes watched.", table.Processes.Count);
        Add(text, "process_cpu_seconds_total", "counter", "Processor time of the agent itself.",
            Environment.CpuUsage.TotalTime.TotalSeconds);
        Add(text, "process_resident_memory_bytes", "gauge", "Resident memory of the agent itself.",
            Environment.WorkingSet);
        return text.ToString();
    }

    private void AddPauses(StringBuilder text)
    {
        const string name = "sideeye_agent_pause_seconds";
        text.Append("# HELP ").Append(name).Append(" How long a process stood still for a snapshot.\n")
            .Append("# TYPE ").Append(name).Append(" histogram\n");
        long sum = 0;
        for (int i = 0; i < pauses.Length; i++)
        {
            sum += pauses[i];
            string bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{bound}\"}} {sum}\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"{name}_sum {pauseSeconds}\n{name}_count {pauseCount}\n");
    }

    private static void Add(StringBuilder text, string name, string type, string help, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value}\n");
}
