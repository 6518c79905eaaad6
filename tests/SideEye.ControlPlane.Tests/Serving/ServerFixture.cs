using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Freshness;
using SideEye.ControlPlane.Queries;
using SideEye.ControlPlane.Serving;
using SideEye.Protocol.ControlPlane;
using SideEye.Store.Tests;
using ControlPlaneClient = SideEye.Protocol.ControlPlane.ControlPlane.ControlPlaneClient;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>A server on a port of this machine, whose snapshots are made up and written to real files.</summary>
public abstract class ServerFixture : IAsyncDisposable
{
    protected const string AdminToken = "admin-token-0123456789";
    protected const string ViewerToken = "viewer-token-0123456789";
    protected const string GrafanaToken = "grafana-token-0123456789";

    private readonly TemporaryFolder folder = new();
    private readonly List<IDisposable> clients = [];
    private readonly QueryRunner runner = new(QueryRunnerLimits.Default);
    private SnapshotDesk? desk;
    private ControlPlaneServer? server;

    protected ServerFixture()
    {
        Shelf = new MemoryShelf(folder.FullName);
        Taker.OnTake = WriteAsync;
    }

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected MemoryCatalog Catalog { get; } = new();

    private protected MemoryShelf Shelf { get; }

    private protected ScriptedTaker Taker { get; } = new(TimeProvider.System);

    protected Uri Address => new(server!.Address);

    protected string InFolder(string name) => folder.File(name);

    /// <summary>Starts the server.</summary>
    protected async Task StartAsync(Func<ControlPlaneOptions, ControlPlaneOptions>? change = null)
    {
        ControlPlaneOptions options = new()
        {
            Listen = "127.0.0.1:0", DataFolder = folder.FullName, Fleet = new FleetOptions(),
        };
        CaptureCounts counts = new();
        desk = new SnapshotDesk(
            Taker, Shelf, Catalog, Catalog, counts, FreshnessLimits.Default, TimeProvider.System);
        server = await ControlPlaneServer.StartAsync(
            change is null ? options : change(options),
            new ControlPlaneParts
            {
                Fleet = Catalog, Specs = Catalog, Names = Catalog, Shelf = Shelf, Schedules = Catalog, Audit = Catalog,
                Desk = desk, Captures = counts,
                Answers = new SharedAnswers(runner, QueryRunnerLimits.Default, TimeProvider.System),
            },
            NullLoggerFactory.Instance, Stop);
    }

    /// <summary>The same with a token for each role.</summary>
    protected Task StartWithTokensAsync(Func<ControlPlaneOptions, ControlPlaneOptions>? change = null)
    {
        string file = WriteTokens($"# who\nadmin root {AdminToken}\nviewer vera {ViewerToken}\n"
            + $"grafana grafana {GrafanaToken}\n");
        return StartAsync(options => (change ?? (static same => same))(options with { TokenFile = file }));
    }

    /// <summary>Writes a token file that only its owner may read.</summary>
    protected string WriteTokens(string text, string name = "tokens")
    {
        string file = folder.File(name);
        File.WriteAllText(file, text);
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    protected GrpcChannel Channel(string? token = null)
    {
        HttpClient http = Http(token, HttpVersion.Version20);
        GrpcChannel channel = GrpcChannel.ForAddress(Address, new GrpcChannelOptions { HttpClient = http });
        clients.Add(channel);
        return channel;
    }

    protected ControlPlaneClient Client(string? token = null) => new(Channel(token));

    protected HttpClient Http(string? token = null, Version? version = null)
    {
        HttpClient client = new(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = Address, DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        clients.Add(client);
        return client;
    }

    /// <summary>Asks and reads the whole answer.</summary>
    internal static async Task<(QueryAnswer Answer, Trailer Trailer)> AskAsync(
        ControlPlaneClient client, QueryRequest request, CancellationToken? stop = null)
    {
        using AsyncServerStreamingCall<QueryResponse> call = client.Query(request, cancellationToken: stop ?? Stop);
        QueryAnswer answer = new();
        Trailer? trailer = null;
        await foreach (QueryResponse part in call.ResponseStream.ReadAllAsync(stop ?? Stop))
        {
            Assert.Null(trailer);
            if (part.PartCase == QueryResponse.PartOneofCase.Frame)
                await answer.BeginFrameAsync(part.Frame, Stop);
            else if (part.PartCase == QueryResponse.PartOneofCase.Rows)
                await answer.RowsAsync(part.Rows, Stop);
            else
                trailer = part.Trailer;
        }
        return (answer, Assert.IsType<Trailer>(trailer));
    }

    protected static async Task<Status> FailureAsync(ControlPlaneClient client, QueryRequest request) =>
        (await Assert.ThrowsAsync<RpcException>(() => AskAsync(client, request))).Status;

    protected static QueryRequest Sql(string sql) => new()
    {
        Kind = QueryKind.Sql, Sql = sql, Caller = new Caller { Origin = Origin.Panel },
        FromUnixNs = Nanoseconds(DateTimeOffset.UtcNow.AddHours(-1)),
        ToUnixNs = Nanoseconds(DateTimeOffset.UtcNow.AddHours(1)),
    };

    protected static long Nanoseconds(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;

    protected static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(2), "it does not come");
            await Task.Delay(20, Stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        clients.Reverse();
        foreach (IDisposable client in clients)
            client.Dispose();
        if (server is not null)
            await server.DisposeAsync();
        if (desk is not null)
            await desk.DisposeAsync();
        runner.Dispose();
        folder.Dispose();
    }

    private Task WriteAsync(CaptureOrder order, CancellationToken stop)
    {
        new SnapshotBuilder().Snapshot(order.SnapshotId).Process(1, "checkout", 4711, ("program", "shop"))
            .Stack(7, ("runtime.gopark", "proc.go", 1), ("main.serve", "m.go", 7))
            .Goroutine(1, 10, 7, reason: "chan receive").Goroutine(1, 11, 7, reason: "chan receive")
            .Write(Shelf.PathFor(order.SnapshotId));
        return Task.CompletedTask;
    }
}
