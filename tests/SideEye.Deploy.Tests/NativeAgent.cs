using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using SideEye.Protocol.Agent;
using AgentClient = SideEye.Protocol.Agent.Agent.AgentClient;

namespace SideEye.Deploy.Tests;

/// <summary>The built agent as a process, and a client of it.</summary>
internal sealed class NativeAgent : IAsyncDisposable
{
    private const string Greeting = "sideeye-agent: listening on ";
    private readonly System.Diagnostics.Process process;
    private readonly GrpcChannel channel;
    private readonly Task rest;

    private NativeAgent(System.Diagnostics.Process process, Uri address)
    {
        this.process = process;
        rest = process.StandardError.ReadToEndAsync();
        channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { UseProxy = false },
            MaxReceiveMessageSize = 64 << 20,
        });
        Client = new AgentClient(channel);
    }

    public AgentClient Client { get; }

    public int ProcessId => process.Id;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts the agent by a command to which its path and options are handed; none to start it as it is.
    /// </summary>
    public static async Task<NativeAgent> StartAsync(
        IReadOnlyList<string> command, string path, bool isInChroot = false)
    {
        string[] all = [.. command, path, "--listen", "127.0.0.1:0", "--pause-max", "10000", "--pause-budget", "60000"];
        ProcessStartInfo start = new(all[0], all[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        if (isInChroot)
            start.Environment.Clear();
        System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        process.StandardInput.Close();
        _ = process.StandardOutput.ReadToEndAsync(Stop);
        string said = "";
        while (await process.StandardError.ReadLineAsync(Stop) is { } line)
        {
            if (line.StartsWith(Greeting, StringComparison.Ordinal))
                return new NativeAgent(process, new Uri(line[Greeting.Length..]));
            said += line + "\n";
        }
        await process.WaitForExitAsync(Stop);
        throw new InvalidOperationException($"the agent ended with {process.ExitCode}: {said}");
    }

    /// <summary>Takes a snapshot of one process once the agent has found it.</summary>
    /// <returns>Names of the tables with how many batches came of each, and the outcome.</returns>
    public async Task<(Dictionary<string, int> Batches, CapturedProcess Outcome, PreparedProcess Prepared)>
        SnapshotAsync(int pid, string reader, string? spec = null)
    {
        Protocol.Agent.Process found = await SeenAsync(pid);
        Assert.Equal("", found.Problem);
        using AsyncDuplexStreamingCall<SnapshotRequest, SnapshotResponse> call =
            Client.Snapshot(cancellationToken: Stop);
        Prepare prepare = new() { SnapshotId = "deploy", Reader = reader, Selection = new Selection() };
        prepare.Selection.Pids.Add(pid);
        if (spec is not null)
            prepare.Spec.Add(new SpecDocument { Name = "spec.yaml", Yaml = spec });
        await call.RequestStream.WriteAsync(new SnapshotRequest { Prepare = prepare }, Stop);
        Assert.True(await call.ResponseStream.MoveNext(Stop));
        PreparedProcess prepared = call.ResponseStream.Current.Prepared.Processes[0];
        await call.RequestStream.WriteAsync(new SnapshotRequest { Fire = new Fire() }, Stop);
        // Else the agent, once done, resets what is still open, and that may overtake the end of its answer.
        await call.RequestStream.CompleteAsync();
        Dictionary<string, int> batches = [];
        CapturedProcess? outcome = null;
        while (await call.ResponseStream.MoveNext(Stop))
        {
            if (call.ResponseStream.Current.Batch is { } batch)
                batches[batch.Table] = batches.GetValueOrDefault(batch.Table) + 1;
            outcome ??= call.ResponseStream.Current.Trailer?.Processes[0];
        }
        return (batches, outcome!, prepared);
    }

    /// <summary>A process as the agent tells of it, once it does.</summary>
    public async Task<Protocol.Agent.Process> SeenAsync(int pid)
    {
        using AsyncServerStreamingCall<WatchResponse> watch = Client.Watch(
            new WatchRequest(), cancellationToken: Stop);
        while (await watch.ResponseStream.MoveNext(Stop))
        {
            if (watch.ResponseStream.Current.Appeared.FirstOrDefault(one => one.Pid == pid) is { } found)
                return found;
        }
        throw new InvalidOperationException("the agent ended");
    }

    /// <summary>Asks it to end, as systemd does, and waits until it has.</summary>
    public async Task<int> StopAsync()
    {
        await Tool.OutputAsync("kill", "-TERM", $"{process.Id}");
        await process.WaitForExitAsync(Stop);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        await rest;
        process.Dispose();
    }
}
