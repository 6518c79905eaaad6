using System.Net;
using Grpc.Health.V1;
using Grpc.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SideEye.Agent.Describing;
using SideEye.Agent.Options;
using SideEye.Agent.Snapshots;
using SideEye.Agent.Watching;
using SideEye.Bpf;
using SideEye.Host;
using SideEye.Protocol;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace SideEye.Agent.Serving;

/// <summary>The agent as a server: its parts put together, and who may come in.</summary>
public static class AgentServer
{
    private const string MetricsPath = "/metrics";

    /// <summary>An agent that is ready to be started.</summary>
    /// <exception cref="AgentStartException">The options contradict each other, would open the agent to anybody, or
    /// name files that cannot be used.</exception>
    public static WebApplication Create(AgentOptions options)
    {
        IPEndPoint listen = Address(options.Listen, "--listen");
        IPEndPoint? metrics = options.MetricsListen is { } text ? Address(text, "--metrics-listen") : null;
        HttpsConnectionAdapterOptions? https = ServerCertificate.Read(options);
        TokenGate? gate = options.TokenFile is null ? null : TokenGate.Read(options.TokenFile);
        RefuseOpenDoors(options, listen, https, gate);
        // Options are all that counts: no settings file of the folder that the agent happens to be started in.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, listen, metrics, https, options.Limits));
        builder.Logging.ClearProviders().AddJsonConsole(static json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
        // Strangers could fill the disk with what Kestrel says of their bytes.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Error)
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.None)
            // Why it does not start is one line on stderr.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
        AddParts(builder.Services, options);
        WebApplication agent = builder.Build();
        if (gate is not null)
        {
            agent.Use(next => request =>
                IsMetricsPort(request, metrics) ? next(request) : gate.GuardAsync(request, next));
        }
        agent.MapGrpcService<AgentEndpoint>();
        agent.MapGrpcHealthChecksService();
        agent.MapGrpcService<ReflectionV1ServiceImpl>();
        agent.MapGrpcService<ReflectionServiceImpl>(); // v1alpha, which is what many clients still ask
        agent.Map(MetricsPath, static branch => branch.Run(WriteMetricsAsync));
        return agent;
    }

    private static IPEndPoint Address(string text, string option)
    {
        try
        {
            return ListenAddress.Parse(text, option);
        }
        catch (FormatException e)
        {
            throw new AgentStartException(e.Message);
        }
    }

    private static void RefuseOpenDoors(
        AgentOptions options, IPEndPoint listen, HttpsConnectionAdapterOptions? https, TokenGate? gate)
    {
        if (IPAddress.IsLoopback(listen.Address) || options.IsInsecure)
            return;
        if (https is null)
        {
            throw new AgentStartException(
                $"listening on {listen} without TLS would show what captures hold to anybody on the way: "
                + "give --tls-cert and --tls-key, listen on 127.0.0.1, or say --insecure");
        }
        if (gate is null && https.ClientCertificateMode != ClientCertificateMode.RequireCertificate)
        {
            throw new AgentStartException(
                $"listening on {listen} for anybody would let anybody read the memory of this host's processes: "
                + "give --token-file or --client-ca, or say --insecure");
        }
    }

    private static void Listen(
        KestrelServerOptions kestrel, IPEndPoint listen, IPEndPoint? metrics, HttpsConnectionAdapterOptions? https,
        AgentLimits limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // a call is a stream; each message has its limit
        kestrel.Limits.Http2.MaxStreamsPerConnection = limits.SnapshotsMax * 8;
        kestrel.Listen(listen, endpoint =>
        {
            // Without TLS nothing says which version of HTTP is spoken, and gRPC needs the second.
            endpoint.Protocols = https is null ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2;
            if (https is not null)
                endpoint.UseHttps(https);
        });
        if (metrics is not null)
            kestrel.Listen(metrics, static endpoint => endpoint.Protocols = HttpProtocols.Http1);
    }

    private static void AddParts(IServiceCollection services, AgentOptions options)
    {
        services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton<BinaryCache>()
            .AddSingleton(static _ => new ProbePool(ProbePoolLimits.Default, TimeProvider.System))
            .AddSingleton<QuietMemory>()
            .AddSingleton(new CapturePrograms(IndexFiles.Default)).AddSingleton<AgentMetrics>()
            .AddSingleton<ProcessTable>().AddSingleton<SnapshotCall>().AddSingleton<BinaryQuestions>()
            .AddSingleton<AgentEndpoint>();
        services.AddHostedService(static parts => parts.GetRequiredService<ProcessTable>());
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.Limits.RequestBytesMax;
            grpc.MaxSendMessageSize = ProtocolLimits.Default.MessageBytesMax;
        });
        // Named, not found by reflection, which a native program has little of.
        ServiceDescriptor[] described = [Protocol.Agent.Agent.Descriptor, Health.Descriptor];
        services.AddSingleton(new ReflectionV1ServiceImpl(described))
            .AddSingleton(new ReflectionServiceImpl(described));
        services.AddGrpcHealthChecks().AddCheck("agent", static () => HealthCheckResult.Healthy());
    }

    private static bool IsMetricsPort(HttpContext request, IPEndPoint? metrics) =>
        metrics is not null && request.Connection.LocalPort == metrics.Port
        && request.Request.Path.Equals(MetricsPath, StringComparison.Ordinal);

    private static async Task WriteMetricsAsync(HttpContext request)
    {
        IServiceProvider parts = request.RequestServices;
        string text = parts.GetRequiredService<AgentMetrics>().Text(
            parts.GetRequiredService<ProcessTable>(), parts.GetRequiredService<ProbePool>());
        request.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await request.Response.WriteAsync(text, request.RequestAborted).ConfigureAwait(false);
    }
}
