using SideEye.Linux;

namespace SideEye.Host;

/// <summary>A Go process that was found, with what does not change while it lives.</summary>
public sealed record DiscoveredProcess
{
    /// <summary>Pid and start time in clock ticks after boot: names a process for good.</summary>
    public required string Key { get; init; }

    /// <summary>Process id in our PID namespace.</summary>
    public required int Pid { get; init; }

    /// <summary>When it was started, by our clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Path of the executable as the process sees it.</summary>
    public required string Executable { get; init; }

    /// <summary>Its arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Its environment as NAME=value.</summary>
    public required IReadOnlyList<string> Variables { get; init; }

    /// <summary>Where it runs.</summary>
    public required ContainerIdentity Container { get; init; }

    /// <summary>Labels of its Kubernetes pod, where the pod shows them to its containers; else none.</summary>
    public required IReadOnlyDictionary<string, string> PodLabels { get; init; }

    /// <summary>Process id in its own PID namespace; 0 when it shares ours.</summary>
    public int PidInContainer { get; init; }

    /// <summary>The opened process; null when it cannot be captured.</summary>
    public GoProcess? Process { get; init; }

    /// <summary>Why it cannot be captured; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>The value of a variable of its environment; null when it is not set.</summary>
    public string? Variable(string name)
    {
        foreach (string variable in Variables)
        {
            if (variable.Length > name.Length && variable[name.Length] == '='
                && variable.StartsWith(name, StringComparison.Ordinal))
            {
                return variable[(name.Length + 1)..];
            }
        }
        return null;
    }

    /// <summary>Clock ticks after boot when a process was started; 0 when it is gone.</summary>
    internal static ulong StartOf(int pid) => new LinuxProcess(pid).StartTicks ?? 0;

    /// <summary>Opens a process; null when it is not Go, gone, or not ours to see.</summary>
    internal static DiscoveredProcess? TryOpen(int pid, ulong startTicks, BinaryCache binaries)
    {
        try
        {
            GoProcess process = GoProcess.Open(pid, binaries);
            return Describe(pid, startTicks, process, null);
        }
        catch (TargetException e) when (e.Problem is TargetProblem.NotReadable or TargetProblem.NotSupported)
        {
            return Describe(pid, startTicks, null, e.Message);
        }
        catch (TargetException)
        {
            return null;
        }
    }

    private static DiscoveredProcess Describe(int pid, ulong startTicks, GoProcess? process, string? problem)
    {
        LinuxProcess proc = new(pid);
        return new DiscoveredProcess
        {
            Key = FormattableString.Invariant($"{pid}@{startTicks}"),
            Pid = pid,
            StartedAt = HostClock.TimeOf(startTicks),
            Executable = process?.Executable ?? proc.Executable ?? "",
            Arguments = proc.Arguments,
            Variables = proc.Variables,
            Container = ContainerIdentity.Of(proc.ControlGroups),
            PodLabels = Linux.PodLabels.Of(pid),
            PidInContainer = proc.IsInOtherPidNamespace ? proc.PidInNamespace : 0,
            Process = process,
            Problem = problem,
        };
    }
}
