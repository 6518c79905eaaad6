using System.Text;
using System.Text.Json.Nodes;
using SideEye.Grafana.Calls;
using SideEye.Plugin.Settings;

namespace SideEye.Plugin.Resources;

/// <summary>The control plane's HTTP API for the plugin's own pages, as the signed-in person.</summary>
internal sealed partial class ResourceHandler(Sources sources, PluginLimits limits, ILogger<ResourceHandler> log)
    : IResourceHandler
{
    private const int PartBytes = 64 << 10;

    // What of an answer is for the browser; the rest is between us and the control plane.
    private static readonly string[] Passed = ["Content-Type", "Content-Disposition", "ETag", "Cache-Control"];

    /// <inheritdoc/>
    public async Task CallAsync(
        PluginCall call, ResourceRequest request, IResourceReply reply, CancellationToken stop)
    {
        if (Refusal(call, request) is (int status, string reason))
        {
            await ErrorAsync(reply, status, reason);
            return;
        }
        try
        {
            using InstanceCache<ControlPlaneLink>.Lease lease = sources.Take(call);
            await PassAsync(lease.Value, call, request, reply, stop);
        }
        catch (QueryException e)
        {
            await ErrorAsync(reply, e.Status, e.Message);
        }
    }

    private (int Status, string Reason)? Refusal(PluginCall call, ResourceRequest request)
    {
        string method = request.Method.ToUpperInvariant();
        if (ResourceRules.RoleFor(method, request.Path) is not string needed)
            return (404, $"There is nothing at {method} {Short(request.Path)}.");
        if (call.User is not GrafanaUser user)
            return (401, "Only people who are signed in may call this.");
        if (!ResourceRules.Suffices(user.Role, needed))
            return (403, $"This needs the role {needed}; {user.Login} is {user.Role}.");
        if (request.Body.Length > limits.ResourceBytesMax)
            return (413, $"The request has more than {limits.ResourceBytesMax >> 20} MiB.");
        return null;
    }

    private async Task PassAsync(
        ControlPlaneLink link, PluginCall call, ResourceRequest request, IResourceReply reply, CancellationToken stop)
    {
        using HttpRequestMessage message = MessageFor(link.Settings, call, request);
        HttpResponseMessage response;
        try
        {
            response = await link.SendAsync(message, stop);
        }
        catch (HttpRequestException e)
        {
            Unreachable(log, e.Message);
            string reason = (e.InnerException ?? e).Message;
            await ErrorAsync(
                reply, 502,
                $"The control plane at {link.Settings.Url.GetLeftPart(UriPartial.Authority)} "
                + $"cannot be reached: {reason}");
            return;
        }
        using (response)
        {
            await reply.StartAsync((int)response.StatusCode, HeadersOf(response));
            await using Stream body = await response.Content.ReadAsStreamAsync(stop);
            byte[] part = new byte[PartBytes];
            for (int read; (read = await body.ReadAsync(part, stop)) > 0;)
                await reply.WriteAsync(part.AsMemory(0, read));
        }
    }

    private static HttpRequestMessage MessageFor(SourceSettings settings, PluginCall call, ResourceRequest request)
    {
        HttpRequestMessage message = new(
            new HttpMethod(request.Method.ToUpperInvariant()),
            new UriBuilder(settings.Url) { Path = request.Path, Query = request.Query }.Uri);
        message.Headers.TryAddWithoutValidation("X-Sideeye-User", HeaderText(call.User!.Login));
        message.Headers.TryAddWithoutValidation("X-Sideeye-Role", call.User.Role);
        if (request.Headers["Accept"] is string accept)
            message.Headers.TryAddWithoutValidation("Accept", HeaderText(accept));
        if (!request.Body.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.TryAddWithoutValidation(
                "Content-Type", HeaderText(request.Headers["Content-Type"] ?? "application/json"));
        }
        return message;
    }

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response)
    {
        Dictionary<string, string> headers = [];
        foreach (string name in Passed)
        {
            if (response.Content.Headers.NonValidated.TryGetValues(name, out var values)
                || response.Headers.NonValidated.TryGetValues(name, out values))
            {
                headers[name] = values.ToString();
            }
        }
        return headers;
    }

    private static async Task ErrorAsync(IResourceReply reply, int status, string message)
    {
        await reply.StartAsync(status, new Dictionary<string, string> { ["Content-Type"] = "application/json" });
        await reply.WriteAsync(Encoding.UTF8.GetBytes(new JsonObject { ["message"] = message }.ToJsonString()));
    }

    /// <summary>Names may hold any letter, headers may not: what is not ASCII is percent-encoded.</summary>
    private static string HeaderText(string text) =>
        text.All(letter => letter is >= ' ' and <= '~') ? text : Uri.EscapeDataString(text);

    private static string Short(string path) => path.Length <= 100 ? path : path[..100] + "...";

    [LoggerMessage(LogLevel.Warning, "the control plane's HTTP API cannot be reached: {reason}")]
    private static partial void Unreachable(ILogger log, string reason);
}
