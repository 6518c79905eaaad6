using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace SideEye.Testing;

/// <summary>
/// Clients of etcd that write a value and read it back, without a rest, each its own key; every answer that is not the
/// right one counts as an error.
/// </summary>
public sealed class EtcdLoad : IAsyncDisposable
{
    private const int ErrorsKept = 100;
    private static readonly TimeSpan RestAfterError = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource stop = new();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly ConcurrentQueue<string> errors = new();
    private readonly Task clients;
    private long operations;
    private long slowestTicks;

    private EtcdLoad(IReadOnlyList<Uri> nodes, int count) =>
        clients = Task.WhenAll(
            Enumerable.Range(0, count).Select(i => Task.Run(() => RunAsync(nodes[i % nodes.Count], i))));

    /// <summary>Puts and gets that were answered rightly.</summary>
    public long Operations => Interlocked.Read(ref operations);

    /// <summary>The longest that one of them took.</summary>
    public TimeSpan Slowest => new(Interlocked.Read(ref slowestTicks));

    /// <summary>The first so many errors that clients saw; none is as it should be.</summary>
    public IReadOnlyList<string> Errors => [.. errors];

    /// <summary>Starts the clients, evenly over the nodes.</summary>
    public static EtcdLoad Start(IReadOnlyList<Uri> nodes, int clients) => new(nodes, clients);

    /// <summary>Waits until so many more operations have succeeded.</summary>
    /// <exception cref="TimeoutException">The clients do not get on.</exception>
    public async Task ProceedAsync(long more)
    {
        long until = Operations + more;
        for (long begun = Stopwatch.GetTimestamp(); Operations < until; await Task.Delay(RestAfterError))
        {
            if (Stopwatch.GetElapsedTime(begun) > GoTarget.Patience)
                throw new TimeoutException($"the clients of etcd do not get on: {string.Join('\n', errors)}");
        }
    }

    /// <summary>Lets every client finish what it is at.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await clients;
        http.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync(Uri node, int client)
    {
        string key = Base64($"client-{client}");
        for (long i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                string value = Base64($"{i}");
                await AskAsync(new Uri(node, "v3/kv/put"), new() { ["key"] = key, ["value"] = value });
                JsonElement found = await AskAsync(new Uri(node, "v3/kv/range"), new() { ["key"] = key });
                string? read = found.GetProperty("kvs")[0].GetProperty("value").GetString();
                if (read != value)
                    throw new InvalidDataException($"wrote {value}, read {read}");
            }
            catch (Exception e)
            {
                if (errors.Count < ErrorsKept)
                    errors.Enqueue($"client {client} at {node}: {e.Message}");
                await Task.Delay(RestAfterError);
            }
        }
    }

    private async Task<JsonElement> AskAsync(Uri method, Dictionary<string, string> question)
    {
        long begun = Stopwatch.GetTimestamp();
        using HttpResponseMessage answer = await http.PostAsJsonAsync(method, question);
        answer.EnsureSuccessStatusCode();
        JsonElement read = await answer.Content.ReadFromJsonAsync<JsonElement>();
        long taken = Stopwatch.GetElapsedTime(begun).Ticks;
        for (long slowest = Slowest.Ticks; taken > slowest;)
        {
            long seen = Interlocked.CompareExchange(ref slowestTicks, taken, slowest);
            if (seen == slowest)
                break;
            slowest = seen;
        }
        Interlocked.Increment(ref operations);
        return read;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
