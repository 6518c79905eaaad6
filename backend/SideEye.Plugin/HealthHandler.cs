using System.Text.Json.Nodes;
using Grpc.Core;
using SideEye.Grafana.Calls;
using SideEye.Plugin.Answers;
using SideEye.Plugin.Settings;
using SideEye.Protocol.ControlPlane;

namespace SideEye.Plugin;

/// <summary>What Save &amp; test says: whether the control plane answers, and how each agent is.</summary>
internal sealed class HealthHandler(Sources sources, PluginLimits limits) : IHealthHandler
{
    private const int AgentsInMessageMax = 5;

    /// <inheritdoc/>
    public async Task<HealthAnswer> CheckAsync(PluginCall call, CancellationToken stop)
    {
        try
        {
            using InstanceCache<ControlPlaneLink>.Lease lease = sources.Take(call);
            ControlPlaneLink link = lease.Value;
            HealthRequest request = new()
            {
                Program = link.Settings.Program, Environment = link.Settings.Environment,
            };
            try
            {
                HealthResponse health = await link.Client.HealthAsync(
                    request, deadline: DateTime.UtcNow + limits.HealthTimeMax, cancellationToken: stop);
                return AnswerOf(health);
            }
            catch (RpcException e)
            {
                return Failed(RpcErrors.Words(e, link.Settings.Url));
            }
        }
        catch (QueryException e)
        {
            return Failed(e.Message);
        }
    }

    private static HealthAnswer Failed(string message) =>
        new(false, message, new JsonObject { ["message"] = message });

    private static HealthAnswer AnswerOf(HealthResponse health)
    {
        List<string> wrong = [.. health.Agents.Where(agent => !agent.IsOk).Select(Words)];
        string more = wrong.Count > AgentsInMessageMax ? $"; and {wrong.Count - AgentsInMessageMax} more" : "";
        string message = wrong.Count == 0
            ? health.Message
            : $"{health.Message} {string.Join("; ", wrong.Take(AgentsInMessageMax))}{more}";
        JsonArray agents = [];
        foreach (AgentHealth agent in health.Agents)
            agents.Add((JsonNode)DetailsOf(agent));
        JsonObject details = new()
        {
            ["message"] = health.Message,
            ["verboseMessage"] = string.Join('\n', health.Agents.Select(Words)),
            ["version"] = health.Version,
            ["agents"] = agents,
        };
        return new HealthAnswer(health.IsOk, message.Trim(), details);
    }

    private static string Words(AgentHealth agent)
    {
        string name = agent.Host.Length > 0 ? $"{agent.Host} ({agent.Address})" : agent.Address;
        return $"{name}: {agent.Message}";
    }

    private static JsonObject DetailsOf(AgentHealth agent) => new()
    {
        ["address"] = agent.Address,
        ["host"] = agent.Host,
        ["ok"] = agent.IsOk,
        ["message"] = agent.Message,
        ["processes"] = agent.Processes,
        ["clockOffsetNs"] = agent.ClockOffsetNs,
    };
}
