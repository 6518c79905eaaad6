using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Serving;
using SideEye.ControlPlane.Serving.Gate;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests.Serving;

public sealed class Roles_at_the_gate : ILogger, IDisposable
{
    private const string Text = """
        viewer vera viewer-token-0123456789
        editor eve editor-token-0123456789
        admin root admin-token-0123456789
        grafana grafana grafana-token-0123456789
        """;

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly List<string> log = [];
    private RefusalLog? refusals;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("viewer", Role.Viewer, true)]
    [InlineData("viewer", Role.Editor, false)]
    [InlineData("editor", Role.Editor, true)]
    [InlineData("editor", Role.Admin, false)]
    [InlineData("admin", Role.Admin, true)]
    [InlineData("grafana", Role.Viewer, true)]
    [InlineData("grafana", Role.Editor, false)]
    public async Task Each_role_may_do_what_those_before_may(string token, Role needed, bool may)
    {
        (int status, Person? person) = await AskAsync(token, new NeededRole(needed));
        Assert.Equal(may ? 200 : 403, status);
        Assert.Equal(may, person is not null);
    }

    [Theory]
    [InlineData("grafana", "Admin", Role.Admin, 200, "zo\u00eb a+b via grafana")]
    [InlineData("grafana", "Editor", Role.Admin, 403, null)]
    [InlineData("grafana", "Owner", Role.Viewer, 403, null)]
    [InlineData("viewer", "Admin", Role.Admin, 403, null)]
    [InlineData("viewer", "Admin", Role.Viewer, 200, "vera")]
    public async Task Only_grafana_says_for_whom_it_asks(
        string token, string role, Role needed, int expected, string? name)
    {
        (int status, Person? person) = await AskAsync(token, new NeededRole(needed), "zo%C3%AB%20a+b", role);
        Assert.Equal((expected, name), (status, person?.Name));
    }

    [Fact]
    public async Task An_endpoint_that_says_nobody_who_may_use_it_is_there_for_nobody()
    {
        Assert.Equal(404, (await AskAsync("admin", null)).Status);
        Assert.Equal(401, (await AskAsync("nobody", null)).Status);
    }

    [Fact]
    public async Task Of_many_refusals_some_are_logged_and_the_others_counted()
    {
        for (int i = 0; i < 100; i++)
            await AskAsync("nobody", new NeededRole(Role.Viewer));
        Assert.Equal(ServingLimits.Default.RefusalsLoggedMax, log.Count);
        Assert.StartsWith("refused 192.0.2.7 at /thing: ", log[0], StringComparison.Ordinal);
        Assert.DoesNotContain("nobody-token", string.Concat(log), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(1));
        await AskAsync("nobody", new NeededRole(Role.Viewer));
        Assert.Equal("refused 90 more before", log[^2]);
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) => log.Add(formatter(state, exception));

    private async Task<(int Status, Person? Person)> AskAsync(
        string token, NeededRole? needed, string? user = null, string? role = null)
    {
        string file = folder.File("tokens");
        if (!File.Exists(file))
        {
            await File.WriteAllTextAsync(file, Text, TestContext.Current.CancellationToken);
            if (OperatingSystem.IsLinux())
                File.SetUnixFileMode(file, UnixFileMode.UserRead);
        }
        refusals ??= new RefusalLog(ServingLimits.Default, time, this);
        Gatekeeper gate = new(
            new ControlPlaneOptions { DataFolder = "", Fleet = new FleetOptions() },
            TokenFile.Read(file, ServingLimits.Default, this), isOnlyLocal: true, refusals);
        DefaultHttpContext context = new();
        context.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.7");
        context.Request.Method = "POST";
        context.Request.Path = "/thing";
        context.Request.Headers.Authorization = $"bearer {token}-token-0123456789";
        if (user is not null)
            context.Request.Headers["X-Sideeye-User"] = user;
        if (role is not null)
            context.Request.Headers["X-Sideeye-Role"] = role;
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(needed is null ? [] : [needed]), "it"));
        Person? person = null;
        await gate.GuardAsync(context, passed =>
        {
            person = Person.Of(passed);
            return Task.CompletedTask;
        });
        return (context.Response.StatusCode, person);
    }
}
