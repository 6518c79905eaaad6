using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Catalog;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests;

public sealed class Agents_of_a_fleet : IDisposable
{
    private static readonly FleetLimits Quick = FleetLimits.Default with
    {
        ListsEvery = TimeSpan.FromMilliseconds(50), StatusEvery = TimeSpan.FromMilliseconds(100),
        RestMin = TimeSpan.FromMilliseconds(50), RestMax = TimeSpan.FromMilliseconds(200),
    };

    // Much longer than anything here takes: a test that waits for what does not come says so.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder folder = new();
    private readonly Specs specs = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_agent_tells_of_its_host_and_its_processes()
    {
        await using ScriptedAgent agent = await ScriptedAgent.StartAsync("host-a");
        await using Fleet fleet = await StartAsync(new FleetOptions { Addresses = [agent.Address] });
        await UntilAsync(() => fleet.Processes.Count == 1);
        FleetProcess process = fleet.Processes[0];
        Assert.Equal((agent.Address, "host-a", "4711@1"), (process.Agent, process.Host, process.Process.Key));
        AgentState state = Assert.Single(fleet.Agents);
        Assert.True(state.IsOk);
        Assert.Equal("1 Go processes watched", state.Message);
    }

    [Fact]
    public async Task A_name_stands_for_every_address_that_it_has()
    {
        await using ScriptedAgent agent = await ScriptedAgent.StartAsync("host-a");
        string port = agent.Address[agent.Address.LastIndexOf(':')..];
        await using Fleet fleet = await StartAsync(new FleetOptions { DnsNames = [$"localhost{port}"] });
        await UntilAsync(() => fleet.Agents.Any(static one => one.IsOk));
        Assert.Contains(fleet.Agents, one => one.Address == agent.Address);
        Assert.All(fleet.Agents, one => Assert.Equal($"localhost{port}", one.Labels["name"]));
    }

    [Theory]
    [InlineData("list.json", """[{"targets": ["ADDRESS"], "labels": {"zone": "b"}}]""")]
    [InlineData("list.yaml", "- targets: [\"ADDRESS\"]\n  labels:\n    zone: b\n")]
    public async Task A_list_is_read_again_when_it_changes_and_an_error_in_it_loses_nobody(string name, string text)
    {
        await using ScriptedAgent agent = await ScriptedAgent.StartAsync("host-a");
        string file = folder.File(name);
        await File.WriteAllTextAsync(file, "[]", Stop);
        await using Fleet fleet = await StartAsync(new FleetOptions { Files = [file] });
        Assert.Empty(fleet.Agents);
        await File.WriteAllTextAsync(file, text.Replace("ADDRESS", agent.Address, StringComparison.Ordinal), Stop);
        await UntilAsync(() => fleet.Agents is [{ IsOk: true }]);
        Assert.Equal("b", fleet.Agents[0].Labels["zone"]);
        await File.WriteAllTextAsync(file, "[{\"target\": 7}]", Stop);
        await UntilAsync(() => fleet.Problems.Count == 1);
        Assert.EndsWith(
            $"{name}:1:3: target is neither targets nor labels", fleet.Problems[0], StringComparison.Ordinal);
        Assert.True(Assert.Single(fleet.Agents).IsOk);
        await File.WriteAllTextAsync(file, "[] ", Stop);
        await UntilAsync(() => fleet.Agents.Count == 0 && fleet.Problems.Count == 0);
    }

    /// <summary>As Kubernetes changes what it mounts: the file stays a link to a link, and that one is put elsewhere.
    /// </summary>
    [Fact]
    public async Task A_list_and_a_token_behind_links_are_read_again_when_the_links_are_put_elsewhere()
    {
        await using ScriptedAgent agent = await new ScriptedAgent { Token = "the-right-token-16" }.ListenAsync();
        DateTime sameTime = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        foreach ((string version, string list, string token) in new[]
        {
            ("one", "[]          ", "the-wrong-token-16"),
            ("two", $"[{{\"targets\": [\"{agent.Address}\"]}}]", "the-right-token-16"),
        })
        {
            Directory.CreateDirectory(folder.File(version));
            await File.WriteAllTextAsync(folder.File($"{version}/list.json"), list, Stop);
            await File.WriteAllTextAsync(folder.File($"{version}/token"), token, Stop);
            File.SetLastWriteTimeUtc(folder.File($"{version}/list.json"), sameTime);
        }
        File.CreateSymbolicLink(folder.File("data"), "one");
        File.CreateSymbolicLink(folder.File("list.json"), "data/list.json");
        File.CreateSymbolicLink(folder.File("token"), "data/token");
        await using Fleet fleet = await StartAsync(
            new FleetOptions { Files = [folder.File("list.json")], TokenFile = folder.File("token") });
        Assert.Empty(fleet.Agents);
        File.Delete(folder.File("data"));
        File.CreateSymbolicLink(folder.File("data"), "two");
        await UntilAsync(() => fleet.Agents is [{ IsOk: true }],
            () => $"{fleet.Agents.Count} agents {string.Join('|', fleet.Agents.Select(one => one.Message))}, "
                + string.Join('|', fleet.Problems));
    }

    [Fact]
    public async Task An_agent_that_goes_away_is_said_to_be_unreachable_until_it_is_back()
    {
        ScriptedAgent agent = await ScriptedAgent.StartAsync("host-a");
        string address = agent.Address;
        await using Fleet fleet = await StartAsync(new FleetOptions { Addresses = [address] });
        await UntilAsync(() => fleet.Processes.Count == 1);
        await agent.DisposeAsync();
        await UntilAsync(() => fleet.Agents[0].Message.Contains("cannot be reached", StringComparison.Ordinal));
        Assert.Empty(fleet.Processes);
        await using ScriptedAgent again = await new ScriptedAgent { Host = "host-b" }
            .ListenAsync(new Uri($"http://{address}").Port);
        await UntilAsync(() => fleet.Agents[0] is { IsOk: true, Host: "host-b" } && fleet.Processes.Count == 1);
    }

    [Fact]
    public async Task The_token_is_read_from_its_file_again_when_it_changes()
    {
        await using ScriptedAgent agent = await new ScriptedAgent { Token = "the-right-token-16" }.ListenAsync();
        string file = folder.File("token");
        await File.WriteAllTextAsync(file, "an-old-token", Stop);
        await using Fleet fleet = await StartAsync(new FleetOptions { Addresses = [agent.Address], TokenFile = file });
        await UntilAsync(() => fleet.Agents[0].Message.Contains("refuses us", StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, "the-right-token-16\n", Stop);
        await UntilAsync(() => fleet.Agents[0].IsOk);
    }

    [Fact]
    public async Task A_certificate_of_somebody_else_is_refused_in_words()
    {
        using X509Certificate2 right = Certificate("right");
        using X509Certificate2 wrong = Certificate("wrong");
        await using ScriptedAgent good = await new ScriptedAgent { Certificate = right }.ListenAsync();
        await using ScriptedAgent bad = await new ScriptedAgent { Certificate = wrong }.ListenAsync();
        string file = folder.File("ca.pem");
        await File.WriteAllTextAsync(file, right.ExportCertificatePem(), Stop);
        await using Fleet fleet = await StartAsync(new FleetOptions
        {
            Addresses = [good.Address, bad.Address], AuthorityFile = file, ServerName = "agent.test",
        });
        await UntilAsync(() => fleet.Agents.Any(static one => one.IsOk)
            && fleet.Agents.Any(static one => one.Message.Contains("--agent-ca", StringComparison.Ordinal)),
            () => string.Join("; ", fleet.Agents.Select(static one => one.Message)));
        Assert.False(fleet.Agents.Single(one => one.Address == bad.Address).IsOk);
        Assert.True(fleet.Agents.Single(one => one.Address == good.Address).IsOk);
    }

    [Fact]
    public async Task Rules_that_change_reach_the_agents()
    {
        await using ScriptedAgent agent = await ScriptedAgent.StartAsync("host-a");
        await using Fleet fleet = await StartAsync(new FleetOptions { Addresses = [agent.Address] });
        await UntilAsync(() => !agent.Rules.IsEmpty);
        specs.Use("version: 1\nprograms:\n  - name: shop\n    match: { executable: shop$ }\n");
        await UntilAsync(() => agent.Rules.Last() is ["shop"],
            () => $"{agent.Rules.Count} {fleet.Agents[0].Message} {string.Join('|', agent.Rules.Last())}");
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_said_at_the_start()
    {
        FleetException failure = await Assert.ThrowsAsync<FleetException>(
            () => StartAsync(new FleetOptions { AuthorityFile = folder.File("missing.pem") }));
        Assert.Contains("missing.pem", failure.Message, StringComparison.Ordinal);
    }

    private Task<Fleet> StartAsync(FleetOptions options) => Fleet.StartAsync(
        options with { Limits = Quick }, specs, TimeProvider.System, NullLogger<Fleet>.Instance, Stop);

    private static async Task UntilAsync(Func<bool> isTrue, Func<string>? seen = null)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!isTrue())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, seen?.Invoke() ?? "it does not come");
            await Task.Delay(10, Stop);
        }
    }

    private static X509Certificate2 Certificate(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("agent.test");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private sealed class Specs : ISpecsInForce
    {
        public event Action? Changed;

        public SpecInForce Current { get; private set; } = new([], WithPacks: false, CaptureSpec.Empty);

        public void Use(string yaml)
        {
            CaptureSpec merged = SpecMerger.Merge([], [SpecReader.Read(yaml, "s.yaml").Spec!]).Spec!;
            Current = new SpecInForce([new SpecText("s.yaml", yaml)], WithPacks: false, merged);
            Changed?.Invoke();
        }
    }
}
