using System.Collections.Concurrent;
using System.Net;
using Apache.Arrow;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;
using Column = SideEye.Protocol.ControlPlane.Column;

namespace SideEye.Plugin.Tests;

/// <summary>A control plane whose answers a test writes, on a real port.</summary>
internal sealed class ScriptedControlPlane : IAsyncDisposable
{
    private readonly WebApplication app;

    private ScriptedControlPlane(WebApplication app, Script script)
    {
        this.app = app;
        Script = script;
        Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    internal Script Script { get; }

    internal string Url { get; }

    internal static async Task<ScriptedControlPlane> StartAsync(Action<ListenOptions>? configure = null)
    {
        Script script = new();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            configure?.Invoke(listen);
        }));
        builder.Services.AddRouting();
        builder.Services.AddSingleton(script);
        builder.Services.AddGrpc();
        WebApplication app = builder.Build();
        app.UseRouting();
        app.MapGrpcService<Endpoint>();
        app.MapFallback(async context =>
        {
            string body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            IHeaderDictionary headers = context.Request.Headers;
            context.Response.StatusCode = script.HttpStatus;
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync(
                $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} "
                + $"{headers["X-Sideeye-User"]} {headers["X-Sideeye-Role"]} {headers.Authorization} {body}");
        });
        await app.StartAsync();
        return new ScriptedControlPlane(app, script);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>The gRPC face.</summary>
    internal sealed class Endpoint(Script script) : ControlPlane.ControlPlaneBase
    {
        public override async Task Query(
            QueryRequest request, IServerStreamWriter<QueryResponse> responseStream, ServerCallContext context)
        {
            script.Requests.Enqueue(request);
            script.Tokens.Enqueue(context.RequestHeaders.GetValue("authorization") ?? "");
            try
            {
                await foreach (QueryResponse part in script.Answer(request, context.CancellationToken))
                    await responseStream.WriteAsync(part);
            }
            catch (OperationCanceledException)
            {
                script.Cancelled.TrySetResult();
            }
        }

        public override Task<HealthResponse> Health(HealthRequest request, ServerCallContext context) =>
            Task.FromResult(script.Health);

        public override async Task Snapshots(
            SnapshotsRequest request, IServerStreamWriter<SnapshotEvent> responseStream, ServerCallContext context)
        {
            script.Followers.Release();
            while (true)
            {
                SnapshotEvent snapshot = await script.NextSnapshotAsync(context.CancellationToken);
                if (snapshot.SnapshotId == Script.Break)
                    throw new RpcException(new Status(StatusCode.Unavailable, "going down"));
                await responseStream.WriteAsync(snapshot);
            }
        }
    }
}

/// <summary>What a scripted control plane answers and was asked.</summary>
internal sealed class Script
{
    internal const string Break = "break";

    private readonly System.Threading.Channels.Channel<SnapshotEvent> snapshots =
        System.Threading.Channels.Channel.CreateUnbounded<SnapshotEvent>();

    internal Func<QueryRequest, CancellationToken, IAsyncEnumerable<QueryResponse>> Answer { get; set; } =
        (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "there is no snapshot yet"));

    internal HealthResponse Health { get; set; } = new() { IsOk = true, Message = "all is well" };

    internal int HttpStatus { get; set; } = 200;

    internal ConcurrentQueue<QueryRequest> Requests { get; } = [];

    internal ConcurrentQueue<string> Tokens { get; } = [];

    internal SemaphoreSlim Followers { get; } = new(0);

    internal TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void Taken(string id) => snapshots.Writer.TryWrite(new SnapshotEvent { SnapshotId = id });

    internal ValueTask<SnapshotEvent> NextSnapshotAsync(CancellationToken stop) => snapshots.Reader.ReadAsync(stop);

    /// <summary>Answers all queries with one table.</summary>
    internal void AnswerWith(Trailer trailer, params (string Name, RecordBatch[] Batches, Column[] Columns)[] frames) =>
        Answer = (_, _) => Parts(trailer, frames);

    internal void FailWith(StatusCode code, string detail) =>
        Answer = (_, _) => throw new RpcException(new Status(code, detail));

    internal static async IAsyncEnumerable<QueryResponse> Parts(
        Trailer trailer, params (string Name, RecordBatch[] Batches, Column[] Columns)[] frames)
    {
        foreach ((string name, RecordBatch[] batches, Column[] columns) in frames)
        {
            FrameHeader header = new() { Name = name };
            header.Columns.AddRange(columns);
            yield return new QueryResponse { Frame = header };
            foreach (RecordBatch batch in batches)
                yield return new QueryResponse { Rows = ArrowRows.Encode(batch) };
        }
        await Task.Yield();
        yield return new QueryResponse { Trailer = trailer };
    }
}
