using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using SideEye.Protocol.Agent;
using SideEye.Testing;
using AgentClient = SideEye.Protocol.Agent.Agent.AgentClient;

namespace SideEye.Agent.Tests;

/// <summary>What was said once does nothing when it is said again.</summary>
public sealed class Sessions_that_come_again : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-agent-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Bytes_of_a_recorded_session_take_no_snapshot()
    {
        Requires.Root();
        const string token = "0123456789abcdef0123456789abcdef";
        using X509Certificate2 authority = TestCertificates.Authority("ours");
        using X509Certificate2 server = TestCertificates.Make("localhost", authority, TimeSpan.FromDays(1));
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "20");
        await using RunningAgent agent = await RunningAgent.StartAsync(RunningAgent.Patient with
        {
            TlsCertificate = Write("agent.pem", server.ExportCertificatePem()),
            TlsKey = Write("agent.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            TokenFile = Write("token", token),
        });
        using RecordingRelay relay = new(agent.Address);
        Metadata headers = new() { { "authorization", "Bearer " + token } };
        using GrpcChannel channel = RunningAgent.Open(relay.Address, Trusting());
        AgentClient client = new(channel);
        long taken = 0;
        while (taken == 0)
        {
            using AsyncDuplexStreamingCall<SnapshotRequest, SnapshotResponse> call =
                client.Snapshot(headers, null, Stop);
            using SnapshotTalk talk = new(call);
            await talk.PrepareAsync(SnapshotTalk.For(swarm.ProcessId));
            await talk.FireAsync();
            taken = await TakenAsync(client, headers);
        }
        await relay.SayAllAgainAsync(Stop);
        Assert.Equal(taken, await TakenAsync(client, headers));
    }

    [Fact]
    public async Task A_second_Prepare_in_the_place_of_Fire_is_refused_and_the_process_is_free()
    {
        Requires.Root();
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "20");
        await using RunningAgent agent = await RunningAgent.StartAsync();
        await agent.SeenAsync(swarm.ProcessId);
        using (SnapshotTalk twice = SnapshotTalk.Begin(agent))
        {
            Assert.Equal("", (await twice.PrepareAsync(SnapshotTalk.For(swarm.ProcessId))).Processes[0].Error);
            RpcException refused = await Assert.ThrowsAsync<RpcException>(
                () => twice.PrepareAsync(SnapshotTalk.For(swarm.ProcessId)));
            Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        }
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        await talk.PrepareAsync(SnapshotTalk.For(swarm.ProcessId));
        Assert.Equal("", (await talk.FireAsync()).Processes[0].Error);
    }

    [Fact]
    public async Task A_second_Fire_takes_no_second_snapshot()
    {
        Requires.Root();
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "20");
        await using RunningAgent agent = await RunningAgent.StartAsync();
        await agent.SeenAsync(swarm.ProcessId);
        using AsyncDuplexStreamingCall<SnapshotRequest, SnapshotResponse> call =
            agent.Client.Snapshot(cancellationToken: Stop);
        await call.RequestStream.WriteAsync(
            new SnapshotRequest { Prepare = SnapshotTalk.For(swarm.ProcessId) }, Stop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
        await call.RequestStream.WriteAsync(new SnapshotRequest { Fire = new Fire() }, Stop);
        await call.RequestStream.WriteAsync(new SnapshotRequest { Fire = new Fire() }, Stop);
        int trailers = 0;
        while (await call.ResponseStream.MoveNext(Stop))
            trailers += call.ResponseStream.Current.Trailer is null ? 0 : 1;
        Assert.Equal(1, trailers);
        Assert.Equal(1, await TakenAsync(agent.Client, []));
    }

    [Fact]
    public async Task A_snapshot_id_that_comes_again_is_counted_against_the_budget_like_any_other()
    {
        Requires.Root();
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", "20");
        await using RunningAgent agent = await RunningAgent.StartAsync();
        await agent.SeenAsync(swarm.ProcessId);
        for (int i = 1; i <= 2; i++)
        {
            using SnapshotTalk talk = SnapshotTalk.Begin(agent);
            await talk.PrepareAsync(SnapshotTalk.For(swarm.ProcessId));
            await talk.FireAsync();
            Assert.Equal(i, await TakenAsync(agent.Client, []));
        }
    }

    private static async Task<long> TakenAsync(AgentClient client, Metadata headers) =>
        (await client.StatusAsync(new StatusRequest(), headers, cancellationToken: Stop)).Budgets.Sum(
            static one => one.Snapshots);

    private static SocketsHttpHandler Trusting() => new()
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        },
    };

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
