using Grpc.Core;
using SideEye.Agent.Options;
using SideEye.Agent.Watching;
using SideEye.Capture;
using SideEye.Host;
using SideEye.Protocol.Agent;

namespace SideEye.Agent.Snapshots;

/// <summary>
/// The processes of one snapshot, claimed for it: those that may be captured, those that may not now, and those that
/// cannot. Disposing gives them free.
/// </summary>
/// <param name="host">Name of this host.</param>
internal sealed class SnapshotSelection(string host) : IDisposable
{
    private readonly List<WatchedProcess> taken = [];

    /// <summary>Those that can be captured, some with a reason why not now; numbered first.</summary>
    public List<(WatchedProcess Process, SnapshotTarget Target)> Targets { get; } = [];

    /// <summary>Those that cannot; numbered after the targets.</summary>
    public List<(WatchedProcess? Process, FailedProcess Failure)> Failures { get; } = [];

    /// <summary>Requests that were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Selects and claims.</summary>
    /// <exception cref="RpcException">ResourceExhausted: too many processes.</exception>
    public static SnapshotSelection Of(
        Selection? selection, IEnumerable<WatchedProcess> processes, ProcessLabels labels, CaptureLimits limits,
        AgentLimits agentLimits)
    {
        SnapshotSelection selected = new(labels.Host);
        try
        {
            HashSet<int> pids = [.. selection?.Pids ?? []];
            HashSet<string> keys = [.. selection?.ProcessKeys ?? []];
            foreach (WatchedProcess process in processes)
            {
                ProcessDescription description = labels.Describe(process.Found);
                if (!IsSelected(selection, description, process.Found, pids, keys))
                    continue;
                selected.Add(process, description, limits);
                pids.Remove(process.Found.Pid);
                keys.Remove(process.Found.Key);
                if (selected.Targets.Count > agentLimits.ProcessesMax)
                {
                    throw new RpcException(new Status(StatusCode.ResourceExhausted,
                        $"more than {agentLimits.ProcessesMax} processes are selected: select fewer"));
                }
            }
            selected.AddUnknown(pids.Take(agentLimits.ProcessesMax), keys.Take(agentLimits.ProcessesMax));
            return selected;
        }
        catch
        {
            selected.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (WatchedProcess process in taken)
            process.Release();
        taken.Clear();
    }

    private static bool IsSelected(
        Selection? selection, ProcessDescription description, DiscoveredProcess found, HashSet<int> pids,
        HashSet<string> keys)
    {
        if (selection is null)
            return true;
        return (selection.Programs.Count == 0 || selection.Programs.Contains(description.Program))
            && (selection.Environments.Count == 0 || selection.Environments.Contains(description.Environment ?? ""))
            && (selection.ProcessKeys.Count == 0 || keys.Contains(found.Key))
            && (selection.Pids.Count == 0 || pids.Contains(found.Pid));
    }

    private void Add(WatchedProcess process, ProcessDescription description, CaptureLimits limits)
    {
        DiscoveredProcess found = process.Found;
        if (found.Process is null)
        {
            Failures.Add((process, Failed(
                found.Pid, found.Problem ?? "it cannot be captured")));
            return;
        }
        bool isTaken = process.TryTake();
        if (isTaken)
            taken.Add(process);
        TimeSpan left = TimeSpan.Zero;
        string? refusal = isTaken
            ? process.Budget.Ask(out left)
            : $"another snapshot of pid {found.Pid} is under way: try again when it is done";
        Refused += refusal is null ? 0 : 1;
        Targets.Add((process, new SnapshotTarget(found.Process)
        {
            Host = host,
            Program = description.Program,
            Environment = description.Environment,
            ContainerId = found.Container.ContainerId,
            Pod = description.Pod,
            Refusal = refusal,
            Limits = limits with
            {
                PauseMax = left < limits.PauseMax && left > TimeSpan.Zero ? left : limits.PauseMax,
                PauseSumMax = left,
            },
        }));
    }

    private void AddUnknown(IEnumerable<int> pids, IEnumerable<string> keys)
    {
        foreach (int pid in pids)
        {
            Failures.Add((null, Failed(
                pid, $"pid {pid} is no Go process that this agent watches, or one that the selection leaves out")));
        }
        foreach (string key in keys)
        {
            _ = int.TryParse(key.Split('@')[0], System.Globalization.CultureInfo.InvariantCulture, out int pid);
            Failures.Add((null, Failed(pid, $"process {pid} has ended, or the selection leaves it out")));
        }
    }

    private FailedProcess Failed(int pid, string error) => new(pid, error) { Host = host };
}
