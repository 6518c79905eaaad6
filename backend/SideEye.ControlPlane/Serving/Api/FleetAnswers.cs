using System.Collections.Immutable;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Capturing;
using SideEye.Protocol.Agent;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>An agent.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Host">Its host's name; null before its first answer.</param>
/// <param name="IsOk">Whether it answers.</param>
/// <param name="Message">What there is, or what is wrong and what to do.</param>
/// <param name="Version">Its version; null before its first answer.</param>
/// <param name="Kernel">Its kernel's release.</param>
/// <param name="Bpf"><c>yes</c>, or why snapshots are read by process_vm_readv.</param>
/// <param name="Processes">Go processes that it watches.</param>
/// <param name="ClockOffsetNs">Its clock minus the control plane's.</param>
/// <param name="LastAnswer">When it last answered.</param>
/// <param name="Labels">What the list of agents says of it.</param>
public sealed record AgentAnswer(
    string Address, string? Host, bool IsOk, string Message, string? Version, string? Kernel, string? Bpf,
    int Processes, long? ClockOffsetNs, DateTimeOffset? LastAnswer, ImmutableSortedDictionary<string, string> Labels)
{
    internal static AgentAnswer Of(AgentState agent) => new(
        agent.Address, agent.Host, agent.IsOk, agent.Message, agent.Version, agent.Kernel, agent.Bpf, agent.Processes,
        agent.ClockOffset is TimeSpan offset ? UnixTime.Nanoseconds(offset) : null, agent.LastAnswer, agent.Labels);
}

/// <summary>A Go process that an agent watches.</summary>
/// <param name="Name">Its friendly name.</param>
/// <param name="Program">The program that it is of: by the first rule that matches, else its executable's file name.
/// </param>
/// <param name="Environment">Its environment; null for none.</param>
/// <param name="Agent">The agent's address.</param>
/// <param name="Host">Its host.</param>
/// <param name="Key">Its identity at the agent.</param>
/// <param name="Pid">Its pid on its host.</param>
/// <param name="PidInContainer">Its pid in its own namespace; null where that is the host's.</param>
/// <param name="StartedAt">When it started, by its host's clock.</param>
/// <param name="Executable">Its file, as it sees it.</param>
/// <param name="CommandLine">Its arguments.</param>
/// <param name="GoVersion">Such as go1.27.3.</param>
/// <param name="BuildId">Of its binary.</param>
/// <param name="DebugInfo"><c>yes</c>, or <c>no: </c> and why.</param>
/// <param name="Container">Id of its container; null for none.</param>
/// <param name="Pod">Its pod; null for none.</param>
/// <param name="Namespace">Its Kubernetes namespace; null for none or not known.</param>
/// <param name="Labels">What else its agent knows.</param>
/// <param name="Problem">Why it cannot be captured; null when it can.</param>
public sealed record ProcessAnswer(
    string Name, string? Program, string? Environment, string Agent, string Host, string Key, int Pid,
    int? PidInContainer, DateTimeOffset StartedAt, string Executable, IReadOnlyList<string> CommandLine,
    string GoVersion, string BuildId, string DebugInfo, string? Container, string? Pod, string? Namespace,
    IReadOnlyDictionary<string, string> Labels, string? Problem)
{
    internal static ProcessAnswer Of(FleetProcess watched, string name)
    {
        Process process = watched.Process;
        return new ProcessAnswer(
            name, Text(process.Program), Text(watched.Environment), watched.Agent,
            watched.Host, process.Key, process.Pid, process.PidInContainer == 0 ? null : process.PidInContainer,
            UnixTime.Of(process.StartedUnixNs), process.Executable, process.CommandLine, process.GoVersion,
            process.BuildId, process.DebugInfo, Text(process.ContainerId), Text(process.Pod), Text(process.Namespace),
            process.Labels, Text(process.Problem));
    }

    private static string? Text(string text) => text.Length == 0 ? null : text;
}

/// <summary>A program of the fleet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Environments">Environments that it runs in.</param>
/// <param name="Processes">Its processes at this moment.</param>
/// <param name="Hosts">Hosts that they run on.</param>
public sealed record ProgramAnswer(string Name, IReadOnlyList<string> Environments, int Processes, int Hosts);

/// <summary>A function of a binary.</summary>
/// <param name="Name">As in the symbol table.</param>
/// <param name="Package">Its package.</param>
/// <param name="File">Its source file.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="IsInlined">Whether it exists in inlined copies only.</param>
public sealed record FunctionAnswer(string Name, string Package, string File, int Line, bool IsInlined);

/// <summary>Functions that match.</summary>
/// <param name="Functions">They.</param>
/// <param name="IsTruncated">Whether there are more.</param>
public sealed record FunctionsAnswer(IReadOnlyList<FunctionAnswer> Functions, bool IsTruncated);

/// <summary>A variable that can be captured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="GoType">Its type.</param>
/// <param name="Kind">parameter, result, local, captured or package.</param>
/// <param name="AtEntry">Whether it has a location at the function's first instruction.</param>
/// <param name="CallSites">Calls in the function.</param>
/// <param name="CallSitesAvailable">Calls at which it has a location.</param>
public sealed record VariableAnswer(
    string Name, string GoType, string Kind, bool AtEntry, int CallSites, int CallSitesAvailable);
