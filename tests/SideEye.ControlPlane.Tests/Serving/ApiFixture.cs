using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Serving;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>A whole control plane with its own catalog and files, an agent that is made up, and people of every role.
/// </summary>
public abstract class ApiFixture : IAsyncLifetime
{
    protected const string Admin = "admin-token-0123456789", Editor = "editor-token-0123456789",
        Viewer = "viewer-token-0123456789";

    private readonly TemporaryFolder folder = new();
    protected HttpClient Http { get; } = new();
    private protected LogLines Log { get; } = new();
    private protected ScriptedAgent Agent { get; private set; } = null!;
    private RunningControlPlane running = null!;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Agent = await ScriptedAgent.StartAsync("host-a", static id => ScriptedAgent.Plain(id, 3));
        string tokens = folder.File("tokens");
        await File.WriteAllTextAsync(tokens, $"admin ada {Admin}\neditor ed {Editor}\nviewer vi {Viewer}\n", Stop);
        File.SetUnixFileMode(tokens, UnixFileMode.UserRead);
        running = await RunningControlPlane.StartAsync(
            new ControlPlaneOptions
            {
                Listen = "127.0.0.1:0", DataFolder = folder.File("data"), TokenFile = tokens,
                Fleet = new FleetOptions { Addresses = [Agent.Address] },
            },
            Log, Stop);
        Http.BaseAddress = new Uri(running.Address);
        while (!running.DoAllAgentsAnswer)
            await Task.Delay(20, Stop);
    }

    protected string InFolder(string name) => folder.File(name);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        if (running is not null)
            await running.DisposeAsync();
        await Agent.DisposeAsync();
        folder.Dispose();
    }

    protected HttpRequestMessage Request(HttpMethod method, string path, string? token)
    {
        HttpRequestMessage request = new(method, new Uri($"{Http.BaseAddress}api/v1/{path}", new UriCreationOptions
        {
            DangerousDisablePathAndQueryCanonicalization = true,
        }));
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        return request;
    }

    protected async Task<HttpResponseMessage> CallAsync(
        HttpMethod method, string path, string? token, object? body = null, string accept = "application/json")
    {
        using HttpRequestMessage request = Request(method, path, token);
        request.Headers.Accept.ParseAdd(accept);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        return await Http.SendAsync(request, Stop);
    }

    protected async Task<JsonElement> JsonAsync(HttpMethod method, string path, string token, object? body = null)
    {
        using HttpResponseMessage answer = await CallAsync(method, path, token, body);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    protected async Task DoneAsync(HttpMethod method, string path, object? body = null)
    {
        using HttpResponseMessage answer = await CallAsync(method, path, Admin, body);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    protected async Task RefusedAsync(
        HttpStatusCode status, string part, HttpMethod method, string path, string token = Viewer, object? body = null)
    {
        using HttpResponseMessage answer = await CallAsync(method, path, token, body);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == status, $"{method} {path}: {(int)answer.StatusCode} {text}");
        Assert.Contains(part, text, StringComparison.Ordinal);
    }

    protected async Task<string> FileAsync(string format)
    {
        using HttpResponseMessage answer =
            await CallAsync(HttpMethod.Get, $"snapshots/latest/file?format={format}", Viewer);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        Assert.Contains(format == "parquet" ? ".parquet.zip" : $".{format}",
            answer.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        string path = folder.File($"downloaded.{format}");
        await File.WriteAllBytesAsync(path, await answer.Content.ReadAsByteArrayAsync(Stop), Stop);
        return path;
    }
}
