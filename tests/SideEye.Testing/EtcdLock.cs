using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace SideEye.Testing;

/// <summary>A call of etcd's lock service, by its HTTP gateway; it is given up with this object.</summary>
public sealed class EtcdLock : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Task<string> call;

    private EtcdLock(EtcdNode node, string name) => call = CallAsync(node, name);

    /// <summary>Whether the lock is had.</summary>
    public bool IsAnswered => call.IsCompleted;

    /// <summary>The key that stands for the place in the queue, once the lock is had.</summary>
    public string Key => call.IsCompletedSuccessfully ? call.Result : "";

    /// <summary>Asks for a lock that somebody holds.</summary>
    public static EtcdLock Ask(EtcdNode node, string name) => new(node, name);

    /// <summary>Asks for a lock and waits until it is had.</summary>
    /// <exception cref="HttpRequestException">etcd refuses.</exception>
    public static async Task<EtcdLock> TakeAsync(EtcdNode node, string name)
    {
        EtcdLock taken = new(node, name);
        await taken.call.WaitAsync(GoTarget.Patience);
        return taken;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAny(call);
        http.Dispose();
        stop.Dispose();
    }

    private async Task<string> CallAsync(EtcdNode node, string name)
    {
        // The lease of a call outlives it by its 60 seconds, and the lock goes with the lease: take one that lasts.
        JsonElement lease = await AskAsync(node, "v3/lease/grant", new() { ["TTL"] = "36000" });
        JsonElement taken = await AskAsync(node, "v3/lock/lock", new()
        {
            ["name"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(name)),
            ["lease"] = lease.GetProperty("ID").GetString()!,
        });
        return Encoding.UTF8.GetString(taken.GetProperty("key").GetBytesFromBase64());
    }

    private async Task<JsonElement> AskAsync(EtcdNode node, string method, Dictionary<string, string> question)
    {
        using HttpResponseMessage answer =
            await http.PostAsJsonAsync(new Uri(node.Client, method), question, stop.Token);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(stop.Token);
    }
}
