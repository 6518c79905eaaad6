using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using SideEye.Agent.Options;
using SideEye.Agent.Serving;
using SideEye.Protocol.Agent;

namespace SideEye.Agent.Tests;

/// <summary>Tokens, certificates, and an agent that does not start when its doors would be open.</summary>
public sealed class Who_may_come_in : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";
    private readonly string folder = Directory.CreateTempSubdirectory("sideeye-agent-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Without_the_token_or_with_a_wrong_one_nobody_is_answered()
    {
        await using RunningAgent agent = await RunningAgent.StartAsync(
            RunningAgent.Patient with { TokenFile = Write("token", Token + "\n") });
        foreach (string? header in new[] { null, "Bearer wrong", "Bearer " + Token[1..], Token, "Basic " + Token })
        {
            RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await StatusAsync(agent, header));
            Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
            Assert.Contains("token", refused.Status.Detail, StringComparison.Ordinal);
        }
        Assert.Equal(Environment.MachineName, (await StatusAsync(agent, "Bearer " + Token)).Host);
        using AsyncDuplexStreamingCall<SnapshotRequest, SnapshotResponse> snapshot = agent.Client.Snapshot(
            cancellationToken: TestContext.Current.CancellationToken);
        RpcException closed = await Assert.ThrowsAsync<RpcException>(
            () => snapshot.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unauthenticated, closed.StatusCode);
        HealthCheckResponse health = await new Health.HealthClient(agent.Channel).CheckAsync(
            new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task With_mutual_TLS_only_certificates_of_our_authority_that_are_valid_now_come_in()
    {
        using X509Certificate2 authority = TestCertificates.Authority("ours");
        using X509Certificate2 stranger = TestCertificates.Authority("strangers");
        using X509Certificate2 server = TestCertificates.Make("localhost", authority, TimeSpan.FromDays(1));
        await using RunningAgent agent = await RunningAgent.StartAsync(
            RunningAgent.Patient with
            {
                TlsCertificate = Write("agent.pem", server.ExportCertificatePem()),
                TlsKey = Write("agent.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
                ClientAuthority = Write("ca.pem", authority.ExportCertificatePem()),
            });
        using X509Certificate2 good = TestCertificates.Make("caller", authority, TimeSpan.FromDays(1));
        using X509Certificate2 foreign = TestCertificates.Make("caller", stranger, TimeSpan.FromDays(1));
        using X509Certificate2 expired = TestCertificates.Make("caller", authority, TimeSpan.FromDays(-1));
        foreach (X509Certificate2? wrong in new[] { foreign, expired, null })
        {
            using GrpcChannel closed = RunningAgent.Open(agent.Address, Handler(wrong));
            await Assert.ThrowsAsync<RpcException>(
                async () => await new Protocol.Agent.Agent.AgentClient(closed).StatusAsync(
                    new StatusRequest(), cancellationToken: TestContext.Current.CancellationToken));
        }
        using GrpcChannel open = RunningAgent.Open(agent.Address, Handler(good));
        StatusResponse status = await new Protocol.Agent.Agent.AgentClient(open).StatusAsync(
            new StatusRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Environment.MachineName, status.Host);
        using HttpClient browser = new(Handler(good));
        string metrics = await browser.GetStringAsync(
            new Uri(agent.Address, "/metrics"), TestContext.Current.CancellationToken);
        Assert.Contains("sideeye_agent_watched_processes", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:0", false, "TLS")]
    [InlineData(":0", true, "--token-file")]
    [InlineData("[::]:0", false, "--insecure")]
    [InlineData("localhost", false, "address and port")]
    [InlineData("127.0.0.1:99999", false, "address and port")]
    public void An_agent_whose_doors_would_be_open_does_not_start(string listen, bool hasTls, string named)
    {
        AgentOptions options = RunningAgent.Patient with { Listen = listen };
        if (hasTls)
        {
            using X509Certificate2 authority = TestCertificates.Authority("ours");
            options = options with
            {
                TlsCertificate = Write("agent.pem", authority.ExportCertificatePem()),
                TlsKey = Write("agent.key", authority.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            };
        }
        AgentStartException refused = Assert.Throws<AgentStartException>(() => AgentServer.Create(options));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_cannot_be_used_are_named()
    {
        AgentOptions patient = RunningAgent.Patient;
        string text = Write("text", "nothing");
        Assert.Contains("--token-file", Refusal(patient with { TokenFile = Path.Combine(folder, "absent") }));
        Assert.Contains("at least 16", Refusal(patient with { TokenFile = text }));
        string open = Write("open", Token);
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("everybody on this machine may read", Refusal(patient with { TokenFile = open }));
        Assert.Contains("belong together", Refusal(patient with { TlsCertificate = text }));
        Assert.Contains("TLS files", Refusal(patient with { TlsCertificate = text, TlsKey = text }));
    }

    private static string Refusal(AgentOptions options) =>
        Assert.Throws<AgentStartException>(() => AgentServer.Create(options)).Message;

    private static async Task<StatusResponse> StatusAsync(RunningAgent agent, string? header)
    {
        Metadata headers = [];
        if (header is not null)
            headers.Add("authorization", header);
        return await agent.Client.StatusAsync(
            new StatusRequest(), headers, cancellationToken: TestContext.Current.CancellationToken);
    }

    private static SocketsHttpHandler Handler(X509Certificate2? certificate) => new()
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            // What is tested is whom the agent lets in.
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
            ClientCertificates = certificate is null ? null : [certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
        },
    };

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
