using System.Net;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using SideEye.ControlPlane.Serving;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Tests.Serving;

public sealed class Who_may_come_in : ServerFixture
{
    [Theory]
    [InlineData(null)]
    [InlineData("wrong-token-0123456789")]
    public async Task Without_a_token_that_is_known_nothing_is_answered_but_health(string? token)
    {
        await StartWithTokensAsync();
        using HttpResponseMessage metrics = await Http(token).GetAsync("/metrics", Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, metrics.StatusCode);
        Assert.Equal("Bearer", metrics.Headers.WwwAuthenticate.ToString());
        using JsonDocument error = JsonDocument.Parse(await metrics.Content.ReadAsStringAsync(Stop));
        Assert.Contains("token", error.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(StatusCode.Unauthenticated, (await FailureAsync(Client(token), Sql("SELECT 1"))).StatusCode);
        Assert.Equal("ok\n", await Http(token).GetStringAsync("/healthz", Stop));
        HealthCheckResponse health = await new Health.HealthClient(Channel(token)).CheckAsync(
            new HealthCheckRequest(), cancellationToken: Stop);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        using HttpResponseMessage nothing = await Http(token).GetAsync("/nothing", Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, nothing.StatusCode);
        Assert.Empty(Taker.Orders);
    }

    [Fact]
    public async Task Reflection_is_for_those_with_a_token()
    {
        await StartWithTokensAsync();
        Assert.Equal(StatusCode.Unauthenticated,
            (await Assert.ThrowsAsync<RpcException>(() => ReflectAsync(null))).StatusCode);
        Assert.Contains("sideeye.controlplane.v1.ControlPlane", await ReflectAsync(ViewerToken));
    }

    [Fact]
    public async Task A_token_s_owner_is_known_by_name()
    {
        await StartWithTokensAsync();
        QueryRequest request = Sql("SELECT 1 AS one");
        request.Caller.User = "somebody-else";
        request.Caller.Role = "Admin";
        await AskAsync(Client(ViewerToken), request);
        Assert.Equal("vera", Assert.Single(Taker.Orders).RequestedBy);
    }

    [Fact]
    public async Task Grafana_says_for_whom_it_asks()
    {
        await StartWithTokensAsync();
        QueryRequest request = Sql("SELECT 1 AS one");
        request.Caller.User = "zoë";
        request.Caller.Role = "Viewer";
        await AskAsync(Client(GrafanaToken), request);
        Assert.Equal("zoë via grafana", Assert.Single(Taker.Orders).RequestedBy);
        request.Caller.Role = "None";
        Assert.Equal(StatusCode.PermissionDenied, (await FailureAsync(Client(GrafanaToken), request)).StatusCode);
        request.Caller = new Caller { Origin = Origin.Alert };
        request.Program = "shop";
        await AskAsync(Client(GrafanaToken), request);
        Assert.Equal("alert rule (grafana)", Taker.Orders.Last().RequestedBy);
    }

    [Fact]
    public async Task Tokens_are_read_again_when_their_file_changes_and_a_broken_file_changes_nothing()
    {
        await StartWithTokensAsync();
        HttpClient admin = Http(AdminToken);
        WriteTokens("admin root another-token-0123456789\n");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(admin));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Http("another-token-0123456789")));
        WriteTokens("admin root short\n");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Http("another-token-0123456789")));
        HealthResponse health = await Client("another-token-0123456789").HealthAsync(
            new HealthRequest(), cancellationToken: Stop);
        Assert.Contains("line 1: a token has at least 16 characters", health.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("admin root", "line 1 is not ROLE NAME TOKEN")]
    [InlineData("# nothing", "it holds no token")]
    [InlineData("boss root 0123456789abcdef", "line 1: the role is not viewer, editor, admin or grafana")]
    [InlineData("admin ro/ot 0123456789abcdef", "line 1: a name has 1 to 64 letters")]
    [InlineData("admin a 0123456789abcdef\nviewer b 0123456789abcdef", "two lines have the same token")]
    public async Task A_token_file_that_cannot_be_used_is_said_at_the_start_without_its_tokens(
        string text, string words)
    {
        string file = WriteTokens(text);
        ControlPlaneStartException failure = await Assert.ThrowsAsync<ControlPlaneStartException>(
            () => StartAsync(options => options with { TokenFile = file }));
        Assert.StartsWith($"--token-file {file}: {words}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_file_that_everybody_may_read_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "file modes are Linux's");
        string file = WriteTokens($"admin root {AdminToken}");
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
        ControlPlaneStartException failure = await Assert.ThrowsAsync<ControlPlaneStartException>(
            () => StartAsync(options => options with { TokenFile = file }));
        Assert.Contains("chmod 640", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:0", "--insecure")]
    [InlineData("nowhere", "is no address and port")]
    public async Task Doors_that_would_be_open_to_anybody_are_refused_in_words(string listen, string words)
    {
        ControlPlaneStartException failure = await Assert.ThrowsAsync<ControlPlaneStartException>(
            () => StartAsync(options => options with { Listen = listen }));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said()
    {
        await StartAsync();
        ControlPlaneStartException failure = await Assert.ThrowsAsync<ControlPlaneStartException>(
            () => StartAsync(options => options with { Listen = Address.Authority }));
        Assert.Contains("in use", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("GET", "evil.example", null, null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "localhost", null, "cross-site", HttpStatusCode.OK)]
    [InlineData("GET", "[::1]:7463", null, null, HttpStatusCode.OK)]
    [InlineData("POST", "localhost", "http://evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("POST", "localhost", "null", null, HttpStatusCode.Forbidden)]
    [InlineData("POST", "localhost", null, "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("POST", "localhost", null, "same-site", HttpStatusCode.Forbidden)]
    [InlineData("POST", "localhost", "http://localhost", "same-origin", HttpStatusCode.NotFound)]
    public async Task Without_tokens_a_page_of_another_site_cannot_use_a_browser_to_ask(
        string method, string host, string? origin, string? site, HttpStatusCode status)
    {
        await StartAsync();
        using HttpRequestMessage request = new(new HttpMethod(method), method == "GET" ? "/metrics" : "/nothing");
        request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);
        using HttpResponseMessage response = await Http().SendAsync(request, Stop);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Messages_that_are_too_large_or_none_are_refused_and_the_next_is_answered()
    {
        await StartAsync();
        Assert.Equal(StatusCode.ResourceExhausted,
            (await FailureAsync(Client(), Sql(new string(' ', 2 << 20)))).StatusCode);
        HttpClient http = Http(version: HttpVersion.Version20);
        foreach (byte[] bytes in new[] { [0, 0, 0, 0, 3, 255, 255, 255], Encoding.ASCII.GetBytes("no message"), [0] })
        {
            using ByteArrayContent content = new(bytes);
            content.Headers.ContentType = new("application/grpc");
            using HttpResponseMessage response = await http.PostAsync(
                "/sideeye.controlplane.v1.ControlPlane/Query", content, Stop);
            await response.Content.ReadAsByteArrayAsync(Stop);
            string status = Assert.Single(
                response.TrailingHeaders.Concat(response.Headers).Single(static one => one.Key == "grpc-status").Value);
            Assert.NotEqual("0", status);
        }
        Assert.Single((await AskAsync(Client(), Sql("SELECT 1 AS one"))).Answer.Rows);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.GetAsync("/metrics", Stop);
        return response.StatusCode;
    }

    private async Task<IEnumerable<string>> ReflectAsync(string? token)
    {
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call =
            new ServerReflection.ServerReflectionClient(Channel(token)).ServerReflectionInfo(cancellationToken: Stop);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Stop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
        return call.ResponseStream.Current.ListServicesResponse.Service.Select(static one => one.Name);
    }
}
