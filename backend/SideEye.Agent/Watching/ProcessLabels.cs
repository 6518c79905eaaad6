using SideEye.Agent.Options;
using SideEye.Host;
using SideEye.Protocol.Agent;

namespace SideEye.Agent.Watching;

/// <summary>What people call a process: program, environment, labels, by the rules of one request.</summary>
/// <param name="rules">The rules.</param>
/// <param name="options">The host's name, and the environment of processes for which neither a rule nor they themselves
/// say one.</param>
internal sealed class ProcessLabels(ProgramRules rules, AgentOptions options)
{
    /// <summary>Name of this host.</summary>
    public string Host => options.HostName;

    /// <summary>Names a process.</summary>
    public ProcessDescription Describe(DiscoveredProcess found)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal) { ["host"] = Host };
        string? pod = null;
        if (found.Container.ContainerId is { } container)
            labels["container"] = container;
        if (found.Container.PodUid is { } uid)
        {
            // Kubernetes names a pod's host after the pod, unless the pod says otherwise.
            pod = found.Variable("POD_NAME") ?? found.Variable("HOSTNAME") ?? uid;
            labels["pod"] = pod;
            labels["pod_uid"] = uid;
            if ((found.Variable("POD_NAMESPACE") ?? found.Variable("KUBERNETES_NAMESPACE")) is { } space)
                labels["namespace"] = space;
        }
        foreach ((string label, string value) in found.PodLabels)
            labels.TryAdd(label, value);
        MatchedProgram? matched = rules.Match(found, labels);
        string? name = matched?.Environment ?? EnvironmentVariables.EnvironmentOf(found) ?? options.Environment;
        if (name is not null)
            labels["environment"] = name;
        return new ProcessDescription(matched?.Program ?? FileName(found), name, pod, labels);
    }

    /// <summary>What a program is called for which nobody wrote a rule.</summary>
    private static string FileName(DiscoveredProcess found) => Path.GetFileName(found.Executable);

    /// <summary>A process as a message.</summary>
    public Process Message(DiscoveredProcess found)
    {
        ProcessDescription description = Describe(found);
        Process message = new()
        {
            Key = found.Key,
            Pid = found.Pid,
            StartedUnixNs = (found.StartedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
            Executable = found.Executable,
            Name = FileName(found),
            BuildId = found.Process?.Binary.BuildId ?? "",
            GoVersion = found.Process?.Binary.Version.ToString() ?? "",
            DebugInfo = found.Process?.Binary.DebugInformation.ToString() ?? "",
            Program = description.Program,
            ContainerId = found.Container.ContainerId ?? "",
            Pod = description.Pod ?? "",
            Namespace = description.Labels.GetValueOrDefault("namespace", ""),
            Problem = found.Problem ?? "",
            PidInContainer = found.PidInContainer,
        };
        message.CommandLine.AddRange(found.Arguments);
        foreach ((string label, string value) in description.Labels)
            message.Labels.Add(label, value);
        return message;
    }
}

/// <summary>What people call a process.</summary>
/// <param name="Program">Its program: that of the first rule that matches, else its executable's file name.</param>
/// <param name="Environment">Its environment; null when nothing says.</param>
/// <param name="Pod">Name of its pod, or the pod's uid; null outside of one.</param>
/// <param name="Labels">What is known of it by name.</param>
internal sealed record ProcessDescription(
    string Program, string? Environment, string? Pod, IReadOnlyDictionary<string, string> Labels);
