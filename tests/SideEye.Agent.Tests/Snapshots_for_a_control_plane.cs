using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.Agent.Options;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.Spec.Merging;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;
using SideEye.Store;
using SideEye.Testing;

namespace SideEye.Agent.Tests;

/// <summary>The control plane and this agent understand each other: what its own tests have a scripted agent say, this
/// one says.</summary>
public sealed class Snapshots_for_a_control_plane
{
    private const string Token = "a-token-of-these-tests";

    private const string Yaml = """
        version: 1
        programs:
          - name: bees
            match: { executable: 'swarm' }
        functions:
          - function: main.handle
            table: handle
            capture: [req, note]
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_of_real_programs_come_into_one_file_with_names_and_variables()
    {
        Requires.Root();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-test-");
        try
        {
            string tokenFile = Path.Combine(folder.FullName, "token");
            await File.WriteAllTextAsync(tokenFile, Token, Stop);
            File.SetUnixFileMode(tokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await using GoTarget one = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "30", "-busy", "5");
            await using GoTarget two = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "40", "-busy", "7");
            AgentOptions options = RunningAgent.Patient with { TokenFile = tokenFile };
            await using RunningAgent agent = await RunningAgent.StartAsync(options);
            await using Fleet fleet = await Fleet.StartAsync(
                new FleetOptions { Addresses = [agent.Address.Authority, "127.0.0.1:9"], TokenFile = tokenFile },
                new OneSpec(), TimeProvider.System, NullLogger<Fleet>.Instance, Stop);
            FleetProcess[] wanted = await SeenAsync(fleet, one.ProcessId, two.ProcessId);
            Assert.All(wanted, static process => Assert.Equal("bees", process.Process.Program));

            string path = Path.Combine(folder.FullName, "s.duckdb");
            SnapshotTaker taker = new(fleet, new Names(), CapturingLimits.Default with
            {
                PrepareMax = TimeSpan.FromMinutes(2), RowsMax = TimeSpan.FromMinutes(2),
            }, TimeProvider.System);
            TakenSnapshot taken = await taker.TakeAsync(
                new CaptureOrder
                {
                    SnapshotId = Guid.NewGuid().ToString("N"), Spec = new OneSpec().Current, RequestedBy = "test",
                    Program = "bees", ProcessKeys = [.. wanted.Select(static process => process.Process.Key)],
                },
                path, Stop);

            Assert.Equal(2, taken.Processes);
            Assert.StartsWith("1 of 2 agents failed: 127.0.0.1:9", taken.Error, StringComparison.Ordinal);
            Assert.Equal(["5", "7"], Ask(path, "SELECT count(*)::VARCHAR FROM handle JOIN processes USING (process_id) "
                + $"GROUP BY pid ORDER BY pid = {two.ProcessId}"));
            Assert.Equal(
                ["bees-named"], Ask(path, "SELECT DISTINCT friendly_name FROM processes WHERE pid IS NOT NULL"));
            Assert.Equal(["0"], Ask(path, "SELECT count(*)::VARCHAR FROM goroutines WHERE stack_id IS NOT NULL AND "
                + "stack_id NOT IN (SELECT stack_id FROM stack_frames)"));
            Assert.Equal(["0"], Ask(path, "SELECT (count(*) - count(DISTINCT (stack_id, frame_index)))::VARCHAR "
                + "FROM stack_frames"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_agent_whose_certificate_has_ended_is_refused_in_words()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-test-");
        try
        {
            using X509Certificate2 authority = TestCertificates.Authority("ours");
            string authorityFile = Path.Combine(folder.FullName, "ca.pem");
            await File.WriteAllTextAsync(authorityFile, authority.ExportCertificatePem(), Stop);
            await using RunningAgent good = await WithCertificateAsync(folder, authority, TimeSpan.FromDays(1));
            await using RunningAgent ended = await WithCertificateAsync(folder, authority, TimeSpan.FromDays(-1));
            await using Fleet fleet = await Fleet.StartAsync(
                new FleetOptions
                {
                    Addresses = [good.Address.Authority, ended.Address.Authority], AuthorityFile = authorityFile,
                },
                new OneSpec(), TimeProvider.System, NullLogger<Fleet>.Instance, Stop);
            while (!fleet.Agents.Any(static one => one.IsOk)
                || !fleet.Agents.Any(static one => one.Message.Contains("certificate", StringComparison.Ordinal)))
            {
                await Task.Delay(20, Stop);
            }
            Assert.False(fleet.Agents.Single(one => one.Address == ended.Address.Authority).IsOk);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<RunningAgent> WithCertificateAsync(
        DirectoryInfo folder, X509Certificate2 authority, TimeSpan endsIn)
    {
        using X509Certificate2 server = TestCertificates.Make("agent", authority, endsIn);
        string certificate = Path.Combine(folder.FullName, $"{endsIn.Days}.pem");
        string key = Path.Combine(folder.FullName, $"{endsIn.Days}.key");
        await File.WriteAllTextAsync(certificate, server.ExportCertificatePem(), Stop);
        await File.WriteAllTextAsync(key, server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), Stop);
        return await RunningAgent.StartAsync(
            RunningAgent.Patient with { TlsCertificate = certificate, TlsKey = key });
    }

    private static async Task<FleetProcess[]> SeenAsync(Fleet fleet, params int[] pids)
    {
        while (true)
        {
            FleetProcess[] seen = [.. fleet.Processes.Where(one => pids.Contains(one.Process.Pid))];
            if (seen.Length == pids.Length)
                return seen;
            await Task.Delay(20, Stop);
        }
    }

    private static string[] Ask(string path, string sql)
    {
        using SnapshotReader reader = SnapshotReader.Open(path);
        using QueryResult rows = reader.Query(sql, QueryLimits.None, Stop);
        List<string> texts = [];
        while (rows.Read())
            texts.Add(rows.GetText(0));
        return [.. texts];
    }

    private sealed class OneSpec : ISpecsInForce
    {
        public event Action? Changed
        {
            add { }
            remove { }
        }

        public SpecInForce Current { get; } = new(
            [new SpecText("bees.yaml", Yaml)], WithPacks: true,
            SpecMerger.Merge(BuiltInPacks.All, [SpecReader.Read(Yaml, "bees.yaml").Spec!]).Spec!);
    }

    private sealed class Names : IProcessNames
    {
        public string NameOf(FleetProcess process) => $"{process.Process.Program}-named";

        public void Rename(string agent, string key, string name) => throw new NotSupportedException();
    }
}
