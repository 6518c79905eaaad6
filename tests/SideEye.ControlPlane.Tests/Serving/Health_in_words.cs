using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Serving;
using SideEye.Protocol.Agent;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Tests.Serving;

public sealed class Health_in_words
{
    private readonly MemoryCatalog fleet = new();
    private readonly List<string> troubles = [];

    private HealthReport Report => new(fleet, () => troubles);

    [Fact]
    public void Without_agents_it_says_what_to_do()
    {
        HealthResponse health = Report.Now(new HealthRequest());
        Assert.False(health.IsOk);
        Assert.Equal("No agents are known: start sideeye-agent on the hosts of the service, and tell the control plane "
            + "where they are (--agent, --agent-dns or --agent-file).", health.Message);
        Assert.NotEqual("", health.Version);
    }

    [Fact]
    public void Agents_that_answer_are_counted_and_the_others_say_what_is_wrong()
    {
        fleet.Agents =
        [
            Agent("a:7461", true, "3 Go processes watched; its clock is 9.0 s off ours: set it by NTP"),
            Agent("b:7461", false, "b:7461 cannot be reached (Connection refused); is sideeye-agent running there?"),
        ];
        Process process = new() { Program = "shop" };
        process.Labels.Add("environment", "prod");
        fleet.Processes = [new FleetProcess("a:7461", "host-a", process)];
        HealthResponse health = Report.Now(new HealthRequest());
        Assert.True(health.IsOk);
        Assert.Equal("1 of 2 agents answer, 1 Go process watched.", health.Message);
        Assert.Equal([true, false], health.Agents.Select(static one => one.IsOk));
        Assert.Contains("set it by NTP", health.Agents[0].Message, StringComparison.Ordinal);
        Assert.Contains("is sideeye-agent running", health.Agents[1].Message, StringComparison.Ordinal);
        Assert.Equal("1 of 2 agents answer, 1 Go process of shop in environment prod watched.",
            Report.Now(new HealthRequest { Program = "shop", Environment = "prod" }).Message);
        Assert.Equal("1 of 2 agents answer, 0 Go processes of cart watched.",
            Report.Now(new HealthRequest { Program = "cart" }).Message);
    }

    [Fact]
    public void When_no_agent_answers_nothing_is_well()
    {
        fleet.Agents = [Agent("b:7461", false, "b:7461 did not answer in time")];
        HealthResponse health = Report.Now(new HealthRequest());
        Assert.False(health.IsOk);
        Assert.Equal("0 of 1 agent answers, 0 Go processes watched.", health.Message);
    }

    [Fact]
    public void Lists_that_cannot_be_read_and_a_full_disk_are_said()
    {
        fleet.Agents = [Agent("a:7461", true, "1 Go processes watched")];
        fleet.Problems = ["agents.json:1:3: target is neither targets nor labels"];
        Assert.True(Report.Now(new HealthRequest()).IsOk);
        troubles.Add("only 12 MiB are left on the disk of /data: make room, or keep fewer snapshots");
        HealthResponse health = Report.Now(new HealthRequest());
        Assert.False(health.IsOk);
        Assert.Equal("1 agent answers, 0 Go processes watched. only 12 MiB are left on the disk of /data: make room, "
            + "or keep fewer snapshots. agents.json:1:3: target is neither targets nor labels.", health.Message);
    }

    private static AgentState Agent(string address, bool isOk, string message) =>
        new() { Address = address, IsOk = isOk, Message = message };
}
