using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using SideEye.ControlPlane.Serving;
using SideEye.Testing;
using ControlPlaneClient = SideEye.Protocol.ControlPlane.ControlPlane.ControlPlaneClient;

namespace SideEye.ControlPlane.Tests.Serving;

public sealed class Certificates_of_both_sides : ServerFixture
{
    private readonly TestAuthority authority = new();

    [Fact]
    public async Task Over_tls_one_port_speaks_both_versions_of_http()
    {
        await StartWithTokensAsync(WithTls);
        Assert.Equal("https", Address.Scheme);
        using HttpClient http1 = Tls(null, HttpVersion.Version11);
        using HttpClient http2 = Tls(null, HttpVersion.Version20);
        Assert.Equal("ok\n", await http1.GetStringAsync("/healthz", Stop));
        Assert.Equal("ok\n", await http2.GetStringAsync("/healthz", Stop));
    }

    [Fact]
    public async Task A_renewed_certificate_needs_no_restart()
    {
        await StartWithTokensAsync(WithTls);
        Assert.Equal("CN=server", await SubjectAsync());
        Write(("renewed", 1), "server");
        Assert.Equal("CN=renewed", await SubjectAsync());
        await File.WriteAllTextAsync(InFolder("server.pem"), "no certificate", Stop);
        Assert.Equal("CN=renewed", await SubjectAsync());
    }

    [Fact]
    public async Task Who_shows_a_certificate_of_the_authority_comes_in_under_its_name()
    {
        await StartAsync(WithClients);
        using X509Certificate2 ann = Client("ann");
        using HttpClient http = Tls(ann, HttpVersion.Version20);
        using GrpcChannel channel = GrpcChannel.ForAddress(Address, new GrpcChannelOptions { HttpClient = http });
        await AskAsync(new ControlPlaneClient(channel), Sql("SELECT 1 AS one"));
        Assert.Equal("ann", Assert.Single(Taker.Orders).RequestedBy);
    }

    [Fact]
    public async Task No_certificate_an_expired_one_and_one_of_somebody_else_are_refused()
    {
        await StartAsync(WithClients);
        using TestAuthority other = new();
        using X509Certificate2 expired = Client("ann", -1);
        using X509Certificate2 foreign = Client("ann", 1, other);
        foreach (X509Certificate2? shown in new[] { null, expired, foreign })
        {
            using HttpClient http = Tls(shown, HttpVersion.Version11);
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/metrics", Stop));
        }
    }

    [Fact]
    public async Task A_token_besides_a_certificate_says_the_role()
    {
        await StartWithTokensAsync(WithClients);
        using X509Certificate2 ann = Client("ann");
        using HttpClient http = Tls(ann, HttpVersion.Version11);
        http.DefaultRequestHeaders.Authorization = new("Bearer", "wrong-token-0123456789");
        using HttpResponseMessage refused = await http.GetAsync("/metrics", Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        http.DefaultRequestHeaders.Authorization = new("Bearer", ViewerToken);
        using HttpResponseMessage answered = await http.GetAsync("/metrics", Stop);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_recorded_session_that_is_said_again_captures_nothing(string version)
    {
        await StartWithTokensAsync(WithTls);
        using RecordingRelay relay = new(Address);
        using HttpClient http = Tls(null, Version.Parse(version), to: relay.Address);
        http.DefaultRequestHeaders.Authorization = new("Bearer", AdminToken);
        using StringContent all = new("{}", null, "application/json");
        using HttpResponseMessage captured = await http.PostAsync("/api/v1/snapshots", all, Stop);
        Assert.True(captured.IsSuccessStatusCode);
        Assert.Single(Taker.Orders);

        Assert.Equal(1, await relay.SayAllAgainAsync(Stop));

        Assert.Single(Taker.Orders);
    }

    [Fact]
    public async Task Tls_files_that_do_not_go_together_are_said_at_the_start()
    {
        ControlPlaneStartException failure = await Assert.ThrowsAsync<ControlPlaneStartException>(
            () => StartAsync(options => options with { TlsCertificate = InFolder("missing.pem") }));
        Assert.Contains("belong together", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<ControlPlaneStartException>(() => StartAsync(
            options => options with { TlsCertificate = InFolder("missing.pem"), TlsKey = InFolder("missing.key") }));
        Assert.Contains("missing.pem", failure.Message, StringComparison.Ordinal);
    }

    private ControlPlaneOptions WithTls(ControlPlaneOptions options)
    {
        Write(("server", 1), "server");
        return options with { TlsCertificate = InFolder("server.pem"), TlsKey = InFolder("server.key") };
    }

    private ControlPlaneOptions WithClients(ControlPlaneOptions options)
    {
        File.WriteAllText(InFolder("ca.pem"), authority.Pem);
        return WithTls(options) with { ClientAuthority = InFolder("ca.pem") };
    }

    private void Write((string Name, int Days) who, string file)
    {
        (string certificate, string key) = authority.Sign(who.Name, who.Days);
        File.WriteAllText(InFolder($"{file}.key"), key);
        File.WriteAllText(InFolder($"{file}.pem"), certificate);
    }

    private X509Certificate2 Client(string name, int days = 1, TestAuthority? by = null)
    {
        (string certificate, string key) = (by ?? authority).Sign(name, days);
        return X509Certificate2.CreateFromPem(certificate, key);
    }

    private async Task<string> SubjectAsync()
    {
        string subject = "";
        using HttpClient http = Tls(null, HttpVersion.Version11, seen => subject = seen.Subject);
        await http.GetStringAsync("/healthz", Stop);
        return subject;
    }

    private HttpClient Tls(
        X509Certificate2? shown, Version version, Action<X509Certificate2>? see = null, Uri? to = null)
    {
        SocketsHttpHandler handler = new() { UseProxy = false };
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = shown is null ? null : [shown],
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                X509Certificate2 theirs = Assert.IsType<X509Certificate2>(certificate);
                see?.Invoke(theirs);
                return authority.HasSigned(theirs);
            },
        };
        return new HttpClient(handler)
        {
            BaseAddress = to ?? Address, DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }
}
