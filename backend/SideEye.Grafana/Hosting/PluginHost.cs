using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SideEye.Grafana.Endpoints;
using SideEye.Grafana.Logging;

namespace SideEye.Grafana.Hosting;

/// <summary>The process that Grafana starts: from the handshake to the end.</summary>
public static class PluginHost
{
    private const string LogLevelName = "GF_PLUGIN_LOG_LEVEL";

    /// <summary>
    /// Serves until Grafana says stop. Writes one line to standard output, where the plugin listens, and the log to
    /// standard error.
    /// </summary>
    /// <param name="name">The executable's name, which begins the names of its sockets.</param>
    /// <param name="handlers">What the plugin does; made with its log.</param>
    /// <param name="limits">What it takes.</param>
    /// <returns>The exit code: 1 where somebody else than Grafana started it, or nothing can be listened on.</returns>
    public static async Task<int> RunAsync(
        string name, Func<ILoggerFactory, PluginHandlers> handlers, HostLimits limits)
    {
        Func<string, string?> environment = Environment.GetEnvironmentVariable;
        if (Handshake.Refusal(environment) is string refusal)
        {
            await Console.Error.WriteLineAsync(refusal);
            return 1;
        }
        using HclogProvider provider = new(Console.OpenStandardError(), TimeProvider.System);
        using ILoggerFactory loggers = LoggerFactory.Create(logging => Configure(logging, provider, environment));
        ILogger log = loggers.CreateLogger(name);
        AppDomain.CurrentDomain.UnhandledException += (_, e) => HostLog.Uncaught(log, e.ExceptionObject as Exception);
        // What a library prints would be taken for the handshake, or block when the host has stopped reading.
        Stream output = Console.OpenStandardOutput();
        Console.SetOut(TextWriter.Null);
        PluginHandlers made = handlers(loggers);
        if (SocketPlace.Choose(name, environment, limits) is SocketPlace place)
        {
            try
            {
                return await ServeAsync(made, loggers, limits, output, place);
            }
            catch (Exception e) when (IsNoSocket(e))
            {
                HostLog.NoSocket(log, e.Message);
            }
        }
        return await ServeAsync(made, loggers, limits, output, null);
    }

    private static bool IsNoSocket(Exception e) =>
        e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException or NotSupportedException;

    private static void Configure(ILoggingBuilder logging, ILoggerProvider provider, Func<string, string?> environment)
    {
        logging.AddProvider(provider).SetMinimumLevel(HclogLine.LevelOf(environment(LogLevelName)));
        // The framework reports each call that fails; the endpoints say what is worth saying.
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Critical);
    }

    private static async Task<int> ServeAsync(
        PluginHandlers handlers, ILoggerFactory loggers, HostLimits limits, Stream output, SocketPlace? place)
    {
        await using WebApplication app = Build(handlers, loggers, limits, place);
        ILogger log = loggers.CreateLogger("plugin");
        bool isUp = false;
        try
        {
            await app.StartAsync();
            place?.Restrict(log);
            isUp = true;
            (string network, string address) = place is null ? ("tcp", TcpAddress(app)) : ("unix", place.Path);
            HostLog.Listening(log, network, address);
            output.Write(new UTF8Encoding(false).GetBytes(Handshake.Line(network, address)));
            await output.FlushAsync();
            using CancellationTokenRegistration hurry =
                app.Lifetime.ApplicationStopping.Register(() => _ = EndInTimeAsync(limits, place));
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (IOException) when (isUp)
        {
            // Nobody reads the handshake: there is nobody to serve.
            return 1;
        }
        finally
        {
            place?.Remove();
        }
    }

    /// <summary>What does not end is ended: a socket left behind would be worse than a call cut off.</summary>
    private static async Task EndInTimeAsync(HostLimits limits, SocketPlace? place)
    {
        await Task.Delay(limits.ShutdownTimeMax + TimeSpan.FromMilliseconds(500));
        place?.Remove();
        Environment.Exit(0);
    }

    private static string TcpAddress(WebApplication app)
    {
        IServer server = app.Services.GetRequiredService<IServer>();
        Uri address = new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return $"{address.Host}:{address.Port}";
    }

    private static WebApplication Build(
        PluginHandlers handlers, ILoggerFactory loggers, HostLimits limits, SocketPlace? place)
    {
        // Empty: neither files of Grafana's working folder nor its environment configure this server.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, Args = [] });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = limits.CallsMax;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            if (place is null)
                kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            else
                kestrel.ListenUnixSocket(place.Path, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(handlers);
        builder.Services.AddSingleton(limits);
        builder.Services.AddSingleton<IHostLifetime, PluginLifetime>();
        builder.Services.AddHostedService<OrphanWatch>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = limits.ShutdownTimeMax);
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = limits.RequestBytesMax;
            grpc.MaxSendMessageSize = null;
        });
        WebApplication app = builder.Build();
        Map(app);
        return app;
    }

    private static void Map(WebApplication app)
    {
        app.UseRouting();
        app.MapGrpcService<BrokerEndpoint>();
        app.MapGrpcService<StdioEndpoint>();
        app.MapGrpcService<ControllerEndpoint>();
        app.MapGrpcService<HealthEndpoint>();
        app.MapGrpcService<DiagnosticsEndpoint>();
        app.MapGrpcService<DataEndpoint>();
        app.MapGrpcService<ResourceEndpoint>();
        app.MapGrpcService<StreamEndpoint>();
    }
}
