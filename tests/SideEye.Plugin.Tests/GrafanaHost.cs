using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SideEye.Plugin.Tests;

/// <summary>The host of tests/targets/pluginhost, which launches the built plugin as Grafana does.</summary>
internal sealed class GrafanaHost : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> open = [];
    private readonly ConcurrentQueue<string> log = [];
    private readonly DirectoryInfo sockets;
    private readonly Task reading;
    private int last;

    private GrafanaHost(Process process, DirectoryInfo sockets)
    {
        this.process = process;
        this.sockets = sockets;
        process.ErrorDataReceived += (_, e) => log.Enqueue(e.Data ?? "");
        process.BeginErrorReadLine();
        reading = ReadAsync();
    }

    internal IEnumerable<string> Log => log;

    /// <summary>The sockets that plugins have made.</summary>
    internal string[] Sockets => Directory.GetFiles(sockets.FullName);

    internal static async Task<GrafanaHost> StartAsync(string logLevel = "info")
    {
        await RepositoryScript.RunAsync("build-pluginhost", []);
        DirectoryInfo sockets = Directory.CreateTempSubdirectory("grafana");
        string path = Path.Combine(Repository.Cache, "targets", "pluginhost", "pluginhost");
        ProcessStartInfo start = new(path)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // As of Grafana 12.4 a plugin sees hardly any environment.
        start.Environment.Clear();
        start.Environment["GF_VERSION"] = "12.4.2";
        start.Environment["GF_PLUGIN_LOG_LEVEL"] = logLevel;
        start.Environment["PLUGIN_UNIX_SOCKET_DIR"] = sockets.FullName;
        return new GrafanaHost(Process.Start(start)!, sockets);
    }

    /// <summary>Launches a plugin under a name.</summary>
    internal Task<JsonElement> LaunchAsync(string name, string? path = null) =>
        DoAsync(new JsonObject { ["op"] = "start", ["plugin"] = name, ["path"] = path ?? BuiltPlugin.Path });

    /// <summary>Cancels what is under way of the last call, as Grafana does when a dashboard closes.</summary>
    internal Task<JsonElement> CancelLastAsync() =>
        DoAsync(new JsonObject { ["op"] = "cancel", ["call"] = Volatile.Read(ref last) });

    internal Task<JsonElement> CallAsync(string name, string method, JsonObject request, int max = -1) =>
        DoAsync(new JsonObject
        {
            ["op"] = "call", ["plugin"] = name, ["method"] = method, ["request"] = request, ["stream"] = max >= 0,
            ["max"] = Math.Max(max, 0),
        });

    internal Task<JsonElement> DoAsync(string name, string op) =>
        DoAsync(new JsonObject { ["op"] = op, ["plugin"] = name });

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using CancellationTokenSource patience = new(Patience);
        await process.WaitForExitAsync(patience.Token);
        await reading;
        process.Dispose();
        sockets.Delete(recursive: true);
    }

    private async Task<JsonElement> DoAsync(JsonObject command)
    {
        int id = Interlocked.Increment(ref last);
        command["id"] = id;
        TaskCompletionSource<JsonElement> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        open[id] = answer;
        lock (process)
        {
            process.StandardInput.WriteLine(command.ToJsonString());
            process.StandardInput.Flush();
        }
        return await answer.Task.WaitAsync(Patience);
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is string line)
        {
            JsonElement answer = JsonDocument.Parse(line).RootElement;
            if (open.TryRemove(answer.GetProperty("id").GetInt32(), out TaskCompletionSource<JsonElement>? waiting))
                waiting.SetResult(answer);
        }
        foreach (TaskCompletionSource<JsonElement> waiting in open.Values)
            waiting.TrySetException(new IOException($"the host ended: {string.Join('\n', log)}"));
    }
}

/// <summary>The plugin's folder, built once.</summary>
internal static class BuiltPlugin
{
    private static readonly Lazy<Task> Building = new(() => RepositoryScript.RunAsync("build-plugin", []));

    internal static string Folder { get; } = Repository.PathOf("out", "plugin", "sideeye-sideeye-datasource");

    internal static string Architecture =>
        System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
            == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    internal static string Path { get; } = System.IO.Path.Combine(Folder, $"gpx_sideeye_linux_{Architecture}");

    /// <summary>The executable for the processor that this machine is not of.</summary>
    internal static string ForeignPath { get; } = System.IO.Path.Combine(
        Folder, $"gpx_sideeye_linux_{(Architecture == "arm64" ? "amd64" : "arm64")}");

    internal static Task BuildAsync() => Building.Value;
}
