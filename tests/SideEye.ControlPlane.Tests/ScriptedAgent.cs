using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Apache.Arrow;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SideEye.ControlPlane.Agents;
using SideEye.Protocol;
using SideEye.Protocol.Agent;
using SideEye.Store.Tests;
using SideEye.Tables;

namespace SideEye.ControlPlane.Tests;

/// <summary>An agent that does what a test says, over real gRPC: how failures of agents are provoked. That the real one
/// speaks the same is tested with it, in the end-to-end tests.</summary>
internal sealed class ScriptedAgent : Protocol.Agent.Agent.AgentBase, IAsyncDisposable
{
    private WebApplication? server;
    private GrpcChannel? channel;

    public string Address { get; private set; } = "";

    public string Host { get; init; } = "host-a";

    /// <summary>Its clock minus the true one.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>What happens before it answers Prepared.</summary>
    public Func<CancellationToken, Task> OnPrepare { get; init; } = static _ => Task.CompletedTask;

    /// <summary>What it sends once it is fired, given its first process id.</summary>
    public Func<int, IEnumerable<Batch>> Rows { get; init; } = static id => Plain(id, 1);

    /// <summary>What happens between its rows and the trailer.</summary>
    public Func<CancellationToken, Task> BeforeTrailer { get; init; } = static _ => Task.CompletedTask;

    /// <summary>The token that it wants; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Its certificate; null for no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The rules that it was asked to watch by, newest last.</summary>
    public ConcurrentQueue<string[]> Rules { get; } = [];

    public TaskCompletionSource WasPrepared { get; } = new();

    public TaskCompletionSource WasFired { get; } = new();

    public TaskCompletionSource WasLetGo { get; } = new();

    public Prepare? LastPrepare { get; private set; }

    public AgentLink Link => new(Address, new Protocol.Agent.Agent.AgentClient(channel!));

    public static async Task<ScriptedAgent> StartAsync(
        string host, Func<int, IEnumerable<Batch>>? rows = null, TimeSpan clock = default,
        Func<CancellationToken, Task>? onPrepare = null, Func<CancellationToken, Task>? beforeTrailer = null)
    {
        ScriptedAgent agent = new()
        {
            Host = host,
            ClockOffset = clock,
            Rows = rows ?? (static id => Plain(id, 1)),
            OnPrepare = onPrepare ?? (static _ => Task.CompletedTask),
            BeforeTrailer = beforeTrailer ?? (static _ => Task.CompletedTask),
        };
        return await agent.ListenAsync();
    }

    /// <summary>Begins to answer.</summary>
    /// <param name="port">Where; 0 for any.</param>
    public async Task<ScriptedAgent> ListenAsync(int port = 0)
    {
        WebApplicationBuilder builder = Builder(port, Certificate);
        builder.Services.AddSingleton(this);
        server = builder.Build();
        server.MapGrpcService<ScriptedAgent>();
        await server.StartAsync(TestContext.Current.CancellationToken);
        Uri uri = new(server.Urls.First());
        Address = uri.Authority;
        channel = GrpcChannel.ForAddress(uri, new GrpcChannelOptions { MaxReceiveMessageSize = 64 << 20 });
        return this;
    }

    /// <summary>A process with goroutines that share a stack.</summary>
    public static IEnumerable<Batch> Plain(int processId, int goroutines, DateTimeOffset? at = null)
    {
        SnapshotBuilder rows = new SnapshotBuilder().Row(SnapshotSchema.ProcessesTable,
                ("process_id", processId), ("pid", 4711), ("captured_at", at ?? DateTimeOffset.UtcNow))
            .Stack(7, ("runtime.gopark", "proc.go", 1), ("main.serve", "m.go", 7));
        for (int i = 0; i < goroutines; i++)
            rows.Goroutine(processId, 10 + i, 7);
        return Of(rows);
    }

    public static IEnumerable<Batch> Of(SnapshotBuilder rows) =>
        SnapshotSchema.Tables.Where(static one => one.Key != SnapshotSchema.SnapshotsTable)
            .Select(one => Of(one.Key, rows.Batch(one.Key)));

    public static Batch Of(string table, RecordBatch rows) => new() { Table = table, Arrow = ArrowRows.Encode(rows) };

    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context)
    {
        if (Token is not null && context.RequestHeaders.GetValue("authorization") != $"Bearer {Token}")
            throw new RpcException(new Status(StatusCode.Unauthenticated, "a token is wanted"));
        return Task.FromResult(new StatusResponse
        {
            Host = Host, Version = "test", AgentClockUnixNs = Now(), Processes = 1, Bpf = "yes",
        });
    }

    public override async Task Watch(
        WatchRequest request, IServerStreamWriter<WatchResponse> responseStream, ServerCallContext context)
    {
        Rules.Enqueue([.. request.Programs.Select(static one => one.Name)]);
        WatchResponse all = new() { IsComplete = true };
        all.Appeared.Add(new Process { Key = "4711@1", Pid = 4711, Name = "shop" });
        await responseStream.WriteAsync(all, context.CancellationToken);
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
    }

    public override async Task Snapshot(
        IAsyncStreamReader<SnapshotRequest> requestStream, IServerStreamWriter<SnapshotResponse> responseStream,
        ServerCallContext context)
    {
        CancellationToken stop = context.CancellationToken;
        using CancellationTokenRegistration gone = stop.Register(() => WasLetGo.TrySetResult());
        Assert.True(await requestStream.MoveNext(stop));
        LastPrepare = requestStream.Current.Prepare;
        int id = LastPrepare.FirstProcessId;
        await OnPrepare(stop);
        Prepared prepared = new() { AgentClockUnixNs = Now() };
        prepared.Processes.Add(new PreparedProcess
        {
            ProcessId = id, Process = new Process { Key = "4711@1", Pid = 4711, Name = "shop" },
        });
        WasPrepared.TrySetResult();
        await responseStream.WriteAsync(new SnapshotResponse { Prepared = prepared }, stop);
        Assert.True(await requestStream.MoveNext(stop));
        Assert.NotNull(requestStream.Current.Fire);
        WasFired.TrySetResult();
        foreach (Batch batch in Rows(id))
            await responseStream.WriteAsync(new SnapshotResponse { Batch = batch }, stop);
        await BeforeTrailer(stop);
        Trailer trailer = new() { AgentClockUnixNs = Now() };
        trailer.Processes.Add(new CapturedProcess
        {
            ProcessId = id, FrozenUnixNs = Now(), PauseNs = 1_000_000, Goroutines = 1, CapturedBytes = 100,
        });
        await responseStream.WriteAsync(new SnapshotResponse { Trailer = trailer }, stop);
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        if (server is null)
            return;
        // Not gracefully: some of these agents never answer.
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await server.StopAsync(now.Token);
        await server.DisposeAsync();
    }

    private long Now() =>
        (DateTimeOffset.UtcNow + ClockOffset - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private static WebApplicationBuilder Builder(int port, X509Certificate2? certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (certificate is not null)
                    listen.UseHttps(certificate);
            }));
        return builder;
    }
}
