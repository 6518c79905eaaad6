using System.Globalization;
using System.Reflection;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Capturing;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving;

/// <summary>How the control plane and every agent are, in words.</summary>
/// <param name="fleet">The agents.</param>
/// <param name="troubles">What else is wrong now, for people: disk, catalog, token file.</param>
public sealed class HealthReport(IFleet fleet, Func<IReadOnlyList<string>> troubles)
{
    /// <summary>Our version.</summary>
    public static string Version { get; } = typeof(HealthReport).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>How all is now. It is well when an agent answers and nothing else is wrong; agents that do not answer
    /// say so themselves.</summary>
    public HealthResponse Now(HealthRequest request)
    {
        IReadOnlyList<AgentState> agents = fleet.Agents;
        IReadOnlyList<string> others = troubles();
        int well = agents.Count(static one => one.IsOk);
        HealthResponse health = new()
        {
            IsOk = well > 0 && others.Count == 0,
            Message = string.Join(' ', others.Concat(fleet.Problems).Select(static text => text.TrimEnd('.') + ".")
                .Prepend(Words(request, agents.Count, well))),
            Version = Version,
        };
        foreach (AgentState agent in agents)
        {
            health.Agents.Add(new AgentHealth
            {
                Address = agent.Address, Host = agent.Host ?? "", IsOk = agent.IsOk, Message = agent.Message,
                Processes = agent.Processes, ClockOffsetNs = UnixTime.Nanoseconds(agent.ClockOffset ?? TimeSpan.Zero),
            });
        }
        return health;
    }

    private string Words(HealthRequest request, int agents, int well)
    {
        if (agents == 0)
        {
            return "No agents are known: start sideeye-agent on the hosts of the service, and tell the control plane "
                + "where they are (--agent, --agent-dns or --agent-file).";
        }
        int processes = fleet.Processes.Count(one => IsOf(one, request));
        string what = (request.Program.Length, request.Environment.Length) switch
        {
            (0, 0) => "",
            (_, 0) => $" of {request.Program}",
            (0, _) => $" of environment {request.Environment}",
            _ => $" of {request.Program} in environment {request.Environment}",
        };
        string answering = well == agents ? "" : string.Create(CultureInfo.InvariantCulture, $"{well} of ");
        return string.Create(CultureInfo.InvariantCulture,
            $"{answering}{agents} {(agents == 1 ? "agent" : "agents")} {(agents == 1 ? "answers" : "answer")}, "
            + $"{processes} Go {(processes == 1 ? "process" : "processes")}{what} watched.");
    }

    private static bool IsOf(FleetProcess one, HealthRequest request) =>
        (request.Program.Length == 0 || one.Process.Program == request.Program)
        && (request.Environment.Length == 0 || one.Environment == request.Environment);
}
