using System.Diagnostics;
using System.Net;
using System.Text.Json;
using SideEye.Store;

namespace SideEye.EndToEnd.Tests;

/// <summary>
/// Five hosts with an agent and a service each, and one control plane: one host is well, one agent is killed, one is
/// frozen, one has a certificate of somebody else, one host's clock is ten seconds off.
/// </summary>
public sealed class Five_hosts : IAsyncLifetime
{
    private const int SignalStop = 19;
    private const int SignalContinue = 18;
    private const string Token = "a token of five hosts";

    private readonly TemporaryFolder folder = new();
    private readonly List<TestHost> hosts = [];
    private readonly List<GoTarget> services = [];
    private readonly List<RunningProgram> agents = [];
    private string tokenFile = "", authorityFile = "", lateClock = "";

    public async ValueTask InitializeAsync()
    {
        Requires.Bpf();
        Requires.Program("ip");
        Requires.Program("nsenter");
        Requires.Program("clang");
        await BuiltAgent.BuildAsync();
        lateClock = await BuildClockAsync();
        using TestAuthority ours = new(folder.FullName, "authority"), others = new(folder.FullName, "somebody else");
        authorityFile = ours.File;
        tokenFile = Path.Combine(folder.FullName, "token");
        await File.WriteAllTextAsync(tokenFile, Token);
        File.SetUnixFileMode(tokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (string name in new[] { "well", "killed", "frozen", "stranger", "late" })
        {
            TestHost host = await TestHost.StartAsync(name);
            hosts.Add(host);
            services.Add(await GoTarget.StartWithinAsync(
                host.Within, new GoFixture("swarm", Toolchains.Newest), "-n", "50"));
            agents.Add(await StartAgentAsync(host, name == "stranger" ? others : ours, isLate: name == "late"));
        }
    }

    [Fact]
    public async Task One_snapshot_says_what_happened_to_each()
    {
        await using RunningProgram controlPlane = await StartControlPlaneAsync();
        string address = AddressOf(controlPlane);
        await AgentsAsync(address, static agents => agents.Count(static one => one.IsOk) == 4);

        agents[1].Signal(9);
        agents[2].Signal(SignalStop);
        string file = Path.Combine(folder.FullName, "five.duckdb");
        CommandRun run = SideEyeProcess.Run("snapshot", "--server", address, "--out", file, "--json");
        agents[2].Signal(SignalContinue);

        Assert.True(run.ExitCode == 3, $"{run.ExitCode}: {run.Error}{run.Output}\n{controlPlane.Log}");
        Dictionary<string, Row> rows = Rows(file);
        Assert.Equal(5, rows.Count);
        Assert.All([rows["well"], rows["late"]], static row =>
        {
            Assert.Null(row.Error);
            Assert.True(row.Goroutines > 50);
            Assert.InRange(row.PauseNs, 1, 200_000_000);
        });
        Assert.Contains("cannot be reached", rows["killed"].Error);
        Assert.Contains("did not answer in time", rows["frozen"].Error);
        Assert.Contains("no secure connection", rows["stranger"].Error);
        Assert.InRange(rows["well"].ClockOffset.TotalSeconds, -1, 1);
        Assert.InRange(rows["late"].ClockOffset.TotalSeconds, 9, 11);
        // The clock's ten seconds are no part of the skew: both hosts were frozen at nearly one time.
        Assert.InRange(rows["late"].Skew.TotalSeconds, 0, 2);
        JsonElement report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(2, report.GetProperty("processes").GetInt32());
        Assert.Contains("3 of 5 agents failed", report.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Agents_that_come_back_are_in_the_next_snapshot()
    {
        await using RunningProgram controlPlane = await StartControlPlaneAsync();
        string address = AddressOf(controlPlane);
        agents[1].Signal(9);
        agents[2].Signal(SignalStop);
        await AgentsAsync(address, static agents => agents.Count(static one => one.IsOk) == 2);

        agents[2].Signal(SignalContinue);
        await agents[1].DisposeAsync();
        agents[1] = await StartAgentAsync(hosts[1], null, isLate: false);
        await AgentsAsync(address, static agents => agents.Count(static one => one.IsOk) == 4);

        string file = Path.Combine(folder.FullName, "again.duckdb");
        CommandRun run = SideEyeProcess.Run("snapshot", "--server", address, "--out", file);
        Assert.True(run.ExitCode == 3, $"{run.ExitCode}: {run.Error}{run.Output}");
        Dictionary<string, Row> rows = Rows(file);
        Assert.Equal(
            ["stranger"], rows.Values.Where(static row => row.Error is not null).Select(static row => row.Host));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RunningProgram agent in agents)
        {
            agent.Signal(SignalContinue);
            await agent.DisposeAsync();
        }
        foreach (GoTarget service in services)
            await service.DisposeAsync();
        foreach (TestHost host in hosts)
            await host.DisposeAsync();
        folder.Dispose();
    }

    private async Task<RunningProgram> StartAgentAsync(TestHost host, TestAuthority? authority, bool isLate)
    {
        (string certificate, string key) = authority?.Issue(host.Name, IPAddress.Parse(host.Address))
            ?? (Path.Combine(folder.FullName, $"{host.Name}.crt"), Path.Combine(folder.FullName, $"{host.Name}.key"));
        Dictionary<string, string> clock = isLate
            ? new() { ["LD_PRELOAD"] = lateClock, ["SIDEEYE_CLOCK_AHEAD"] = "10" } : [];
        return await RunningProgram.StartAsync(
            [
                .. host.Within, BuiltAgent.Path, "--listen", $"{host.Address}:7461", "--tls-cert", certificate,
                "--tls-key", key, "--token-file", tokenFile,
            ],
            "listening", clock);
    }

    /// <summary>The library by which a program's clock is ten seconds off.</summary>
    private async Task<string> BuildClockAsync()
    {
        string library = folder.File("clock.so");
        string source = Repository.PathOf("tests", "targets", "latehost", "clock.c");
        using Process compiler = Process.Start("clang", ["-O1", "-shared", "-fPIC", "-o", library, source]);
        await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, compiler.ExitCode);
        return library;
    }

    private Task<RunningProgram> StartControlPlaneAsync() => RunningProgram.StartAsync(
        [
            SideEyeProcess.Executable, "serve", "--listen", "127.0.0.1:0",
            "--data", Path.Combine(folder.FullName, Guid.NewGuid().ToString("N")), "--agent-token-file", tokenFile,
            "--agent-ca", authorityFile,
            .. hosts.SelectMany(static host => new[] { "--agent", $"{host.Address}:7461" }),
        ],
        "listening");

    private static string AddressOf(RunningProgram controlPlane)
    {
        string line = controlPlane.Log;
        return line[line.IndexOf("http://", StringComparison.Ordinal)..].Split(' ', ',')[0];
    }

    /// <summary>Waits until the agents are as expected.</summary>
    private static async Task AgentsAsync(string address, Func<IReadOnlyList<AgentLine>, bool> isSo)
    {
        using HttpClient http = new();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        while (true)
        {
            await using Stream answer = await http.GetStreamAsync($"{address}/api/v1/agents", patience.Token);
            AgentLine[] agents = (await JsonSerializer.DeserializeAsync<AgentLine[]>(
                answer, SnakeCase, patience.Token))!;
            if (isSo(agents))
                return;
            await Task.Delay(100, patience.Token);
        }
    }

    private Dictionary<string, Row> Rows(string file)
    {
        using SnapshotReader reader = SnapshotReader.Open(file);
        using QueryResult rows = reader.Query(
            """
            SELECT agent, error, coalesce(goroutine_count, 0), coalesce(pause_ns, 0), coalesce(clock_offset_ns, 0),
                coalesce(skew_ns, 0) FROM processes ORDER BY process_id
            """, QueryLimits.None, TestContext.Current.CancellationToken);
        Dictionary<string, Row> all = [];
        while (rows.Read())
        {
            string agent = rows.GetText(0);
            string host = hosts.Single(one => agent == $"{one.Address}:7461").Name;
            all.Add(host, new Row(
                host, rows.IsNull(1) ? null : rows.GetText(1), rows.GetInt64(2), rows.GetInt64(3),
                Nanoseconds(rows.GetInt64(4)), Nanoseconds(rows.GetInt64(5))));
        }
        return all;
    }

    private static TimeSpan Nanoseconds(long count) => TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick);

    private static JsonSerializerOptions SnakeCase { get; } =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record AgentLine(string Address, bool IsOk, string Message);

    private sealed record Row(
        string Host, string? Error, long Goroutines, long PauseNs, TimeSpan ClockOffset, TimeSpan Skew);
}
