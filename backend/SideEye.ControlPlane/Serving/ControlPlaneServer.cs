using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SideEye.ControlPlane.Serving.Answering;
using SideEye.ControlPlane.Serving.Api;
using SideEye.ControlPlane.Serving.Gate;
using SideEye.ControlPlane.Serving.Ports;
using SideEye.ControlPlane.Serving.Rpc;
using SideEye.Protocol;

namespace SideEye.ControlPlane.Serving;

/// <summary>The control plane as a server: gRPC for the plugin, the HTTP API and metrics, all on one port.</summary>
public sealed class ControlPlaneServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SharedPort? port;
    private readonly CancellationTokenSource stopping;

    private ControlPlaneServer(WebApplication app, SharedPort? port, CancellationTokenSource stopping)
    {
        this.app = app;
        this.port = port;
        this.stopping = stopping;
        app.Lifetime.ApplicationStopping.Register(stopping.Cancel);
    }

    /// <summary>Where it listens, as a URL.</summary>
    public string Address => port?.Bound is { } bound ? $"http://{bound}" : app.Urls.First();

    /// <summary>A server that listens.</summary>
    /// <param name="options">Where, and for whom.</param>
    /// <param name="parts">What is served.</param>
    /// <param name="logs">Where the log goes.</param>
    /// <param name="stop">Cancelled to give the start up.</param>
    /// <exception cref="ControlPlaneStartException">The options contradict each other, would open the control plane to
    /// anybody, or name files or a port that cannot be used.</exception>
    public static async Task<ControlPlaneServer> StartAsync(
        ControlPlaneOptions options, ControlPlaneParts parts, ILoggerFactory logs, CancellationToken stop)
    {
        ControlPlaneServer server = Create(options, parts, logs);
        try
        {
            await server.app.StartAsync(stop).ConfigureAwait(false);
            return server;
        }
        catch (Exception e)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            if (ListenAddress.Refusal(options.Listen, e) is { } refusal)
                throw new ControlPlaneStartException(refusal, e);
            throw;
        }
    }

    /// <summary>Ends when something else stops the server.</summary>
    public Task WaitAsync(CancellationToken stop) => app.WaitForShutdownAsync(stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    private static ControlPlaneServer Create(
        ControlPlaneOptions options, ControlPlaneParts parts, ILoggerFactory logs)
    {
        IPEndPoint listen = Listen(options);
        ILogger log = logs.CreateLogger("SideEye.ControlPlane.Serving");
        ServerTls? tls = ServerTls.Read(options, log);
        TokenFile? tokens = options.TokenFile is null ? null : TokenFile.Read(options.TokenFile, options.Limits, log);
        RefuseOpenDoors(options, listen, tls, tokens);
        RefusalLog refusals = new(options.Limits, parts.Time, log);
        Gatekeeper gate = new(options, tokens, IPAddress.IsLoopback(listen.Address), refusals);
        CancellationTokenSource stopping = new();
        QueryCounts queries = new();
        QueryAnswerer answerer = new(parts.Desk, parts.Shelf, parts.Answers,
            new CurrentNames(parts.Fleet, parts.Specs, parts.Names), queries, parts.RunnerLimits, options.Limits);
        HealthReport health = new(parts.Fleet, () =>
            tokens?.Problem is string problem ? [.. parts.Troubles(), problem] : parts.Troubles());
        // Options are all that counts: no settings file of the folder that it happens to be started in, which could
        // open a port past the gate and would be watched with all that is below it, and none of ASP.NET's variables.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.AddSingleton(new ControlPlaneEndpoint(
            answerer, health, parts.Shelf, options.Limits, stopping.Token));
        SharedPort? port = tls is null ? new SharedPort(listen, Sockets(logs), options.Limits) : null;
        if (port is not null)
            builder.Services.AddSingleton<IConnectionListenerFactory>(port);
        AddRpc(builder.Services, options.Limits);
        builder.Services.AddApi();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            kestrel => Configure(kestrel, listen, port, tls, options.Limits));
        WebApplication app = builder.Build();
        app.UseRouting();
        app.Use(next => context => gate.GuardAsync(context, next));
        app.Use(next => context => Errors.GuardAsync(context, next, log));
        MetricsText metrics = new(
            parts.Captures, queries, parts.Answers, parts.Workers, parts.Fleet, parts.Shelf, refusals, options.Limits);
        MapOwn(app, metrics);
        app.MapApi(parts, answerer, health, ApiLimits.Default);
        return new ControlPlaneServer(app, port, stopping);
    }

    private static IPEndPoint Listen(ControlPlaneOptions options)
    {
        try
        {
            return ListenAddress.Parse(options.Listen, "--listen");
        }
        catch (FormatException e)
        {
            throw new ControlPlaneStartException(e.Message, e);
        }
    }

    private static void RefuseOpenDoors(
        ControlPlaneOptions options, IPEndPoint listen, ServerTls? tls, TokenFile? tokens)
    {
        if (IPAddress.IsLoopback(listen.Address) || options.IsInsecure)
            return;
        if (tls is null)
        {
            throw new ControlPlaneStartException(
                $"listening on {listen} without TLS would show tokens, and what snapshots hold, to anybody on the way: "
                + "give --tls-cert and --tls-key, listen on 127.0.0.1, or say --insecure");
        }
        if (tokens is null && options.ClientAuthority is null)
        {
            throw new ControlPlaneStartException(
                $"listening on {listen} for anybody would let anybody read the memory of the agents' processes: "
                + "give --token-file or --client-ca, or say --insecure");
        }
    }

    private static SocketTransportFactory Sockets(ILoggerFactory logs) =>
        new(Options.Create(new SocketTransportOptions()), logs);

    private static void Configure(
        KestrelServerOptions kestrel, IPEndPoint listen, SharedPort? port, ServerTls? tls, ServingLimits limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.BodyBytesMax;
        kestrel.Limits.MaxConcurrentConnections = limits.ConnectionsMax;
        kestrel.Limits.RequestHeadersTimeout = limits.HeadersMax;
        kestrel.Limits.Http2.MaxStreamsPerConnection = limits.StreamsPerConnectionMax;
        // Who follows new snapshots and is gone without a word is found out.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        if (port is not null)
        {
            kestrel.Listen(port.Http1, static endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Listen(port.Http2, static endpoint => endpoint.Protocols = HttpProtocols.Http2);
            return;
        }
        kestrel.Listen(listen, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1AndHttp2;
            endpoint.UseHttps(tls!.ForKestrel());
        });
    }

    private static void AddRpc(IServiceCollection services, ServingLimits limits)
    {
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = limits.MessageBytesMax;
            grpc.MaxSendMessageSize = ProtocolLimits.Default.MessageBytesMax;
            grpc.Interceptors.Add<ErrorInterceptor>();
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks().AddCheck("control plane", static () => HealthCheckResult.Healthy());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = limits.StopMax);
    }

    private static void MapOwn(WebApplication app, MetricsText metrics)
    {
        app.MapGrpcService<ControlPlaneEndpoint>().WithMetadata(new NeededRole(Role.Viewer));
        app.MapGrpcHealthChecksService().WithMetadata(new OpenToAll());
        app.MapGrpcReflectionService().WithMetadata(new NeededRole(Role.Viewer));
        app.MapGet("/healthz", static () => Results.Text("ok\n")).WithMetadata(new OpenToAll())
            .ExcludeFromDescription();
        app.MapGet("/metrics", () => Results.Text(metrics.Now(), "text/plain; version=0.0.4; charset=utf-8"))
            .WithMetadata(new NeededRole(Role.Viewer)).ExcludeFromDescription();
    }
}
