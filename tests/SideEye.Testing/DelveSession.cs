using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SideEye.Testing;

/// <summary>
/// Delve, attached to a process, which stands still until this object ends and runs on then. Speaks JSON-RPC 1.0 as
/// Go's net/rpc/jsonrpc does, one request at a time.
/// </summary>
public sealed class DelveSession : IAsyncDisposable
{
    private const string Listening = "API server listening at: ";

    // What points back and forth grows exponentially with MaxVariableRecurse; that must not take the machine down.
    private const long KilobytesMax = 10_000_000;
    private const int GoroutinesAtOnce = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(20);

    // Names as in Delve's service/api: fields without a JSON name in Go keep their capital letter.
    private static readonly JsonSerializerOptions Names = new() { PropertyNameCaseInsensitive = true };

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = DelveLoad.JsonDepthMax };

    private readonly Process process;
    private readonly Task<string> errors;
    private readonly TcpClient connection = new();
    private ByteLines? answers;
    private int lastRequest;

    private DelveSession(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts Delve and attaches it.</summary>
    /// <exception cref="InvalidOperationException">It cannot attach; the message holds what it said.</exception>
    public static async Task<DelveSession> AttachAsync(int processId, CancellationToken cancellation = default)
    {
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c", $"ulimit -v {KilobytesMax}; exec \"$@\"", "sh", await Toolchains.DelveAsync(cancellation),
                "attach", $"{processId}", "--headless", "--api-version=2", "--listen=127.0.0.1:0",
                "--check-go-version=false",
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("cannot start Delve");
        var session = new DelveSession(process);
        try
        {
            await session.ConnectAsync(cancellation);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ids of all goroutines, system ones included.</summary>
    public async Task<IReadOnlyList<long>> GoroutinesAsync()
    {
        var ids = new List<long>();
        for (var next = 0; next >= 0;)
        {
            var page = await CallAsync("ListGoroutines", new() { ["Start"] = next, ["Count"] = GoroutinesAtOnce });
            ids.AddRange(page["Goroutines"]!.AsArray().Select(goroutine => goroutine!["id"]!.GetValue<long>()));
            next = page["Nextg"]!.GetValue<int>();
        }

        return ids;
    }

    /// <summary>A goroutine's frames with their variables, innermost first, inlined calls included.</summary>
    /// <param name="goroutineId">Its id.</param>
    /// <param name="depth">At most so many frames.</param>
    /// <param name="load">How much of each variable.</param>
    public async Task<IReadOnlyList<DelveFrame>> StackAsync(long goroutineId, int depth, DelveLoad load)
    {
        var answer = await CallAsync("Stacktrace", new()
        {
            ["Id"] = goroutineId,
            ["Depth"] = depth,
            ["Full"] = true,
            ["Cfg"] = JsonSerializer.SerializeToNode(load),
        });
        return answer["Locations"].Deserialize<List<DelveFrame>>(Names)!;
    }

    /// <summary>A package-level variable, or any expression in Delve's language.</summary>
    /// <exception cref="InvalidOperationException">It cannot be evaluated.</exception>
    public async Task<DelveVariable> EvaluateAsync(string expression, DelveLoad load)
    {
        var answer = await CallAsync("Eval", new()
        {
            ["Scope"] = new JsonObject { ["GoroutineID"] = -1 },
            ["Expr"] = expression,
            ["Cfg"] = JsonSerializer.SerializeToNode(load),
        });
        return answer["Variable"].Deserialize<DelveVariable>(Names)!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var farewell = new CancellationTokenSource(Farewell);
        try
        {
            if (answers is not null && !process.HasExited)
            {
                await CallAsync("Detach", new() { ["Kill"] = false }, farewell.Token);
                await process.WaitForExitAsync(farewell.Token);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            // It is ended below; a tracer's end sets its tracee free.
        }

        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        connection.Dispose();
        process.Dispose();
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            var line = await process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException($"Delve ended: {(await errors).Trim()}");
            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                await connection.ConnectAsync(IPEndPoint.Parse(line[Listening.Length..]), patience.Token);
                break;
            }
        }

        answers = new ByteLines(connection.GetStream());
    }

    private async Task<JsonNode> CallAsync(
        string method, JsonObject arguments, CancellationToken cancellation = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var request = new JsonObject
        {
            ["method"] = $"RPCServer.{method}",
            ["params"] = new JsonArray(arguments),
            ["id"] = ++lastRequest,
        };
        await connection.GetStream().WriteAsync(JsonSerializer.SerializeToUtf8Bytes(request), patience.Token);
        var line = await answers!.ReadLineAsync(patience.Token)
            ?? throw new InvalidOperationException($"Delve hung up: {(await errors.WaitAsync(patience.Token)).Trim()}");
        var answer = JsonNode.Parse(line, documentOptions: Deep)!;
        return answer["error"] is null
            ? answer["result"]!
            : throw new InvalidOperationException($"Delve: {method}: {answer["error"]}");
    }
}
