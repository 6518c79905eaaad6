using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using SideEye.Agent.Options;
using SideEye.Agent.Serving;
using SideEye.Capture;
using SideEye.Protocol.Agent;
using AgentClient = SideEye.Protocol.Agent.Agent.AgentClient;

namespace SideEye.Agent.Tests;

/// <summary>An agent in this process, on a port of its own, and a client of it.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    /// <summary>A shared machine may take long to stop a thread; what is tested here is not how long.</summary>
    public static readonly AgentOptions Patient = new()
    {
        Listen = "127.0.0.1:0",
        LookEvery = TimeSpan.FromMilliseconds(100),
        PauseBudget = TimeSpan.FromMinutes(1),
        PauseWindow = TimeSpan.FromHours(1),
        KeepsClocks = false,
        Capture = CaptureLimits.Default with { PauseMax = TimeSpan.FromSeconds(10) },
    };

    private readonly WebApplication server;
    private readonly GrpcChannel channel;

    private RunningAgent(WebApplication server, Uri address, GrpcChannel channel)
    {
        this.server = server;
        this.channel = channel;
        Address = address;
        Client = new AgentClient(channel);
    }

    public Uri Address { get; }

    public AgentClient Client { get; }

    public GrpcChannel Channel => channel;

    public static async Task<RunningAgent> StartAsync(AgentOptions? options = null, HttpMessageHandler? handler = null)
    {
        WebApplication server = AgentServer.Create(options ?? Patient);
        await server.StartAsync(TestContext.Current.CancellationToken);
        Uri address = new(server.Urls.First());
        return new RunningAgent(server, address, Open(address, handler));
    }

    public static GrpcChannel Open(Uri address, HttpMessageHandler? handler = null) => GrpcChannel.ForAddress(
        address, new GrpcChannelOptions
        {
            HttpHandler = handler ?? new SocketsHttpHandler { UseProxy = false },
            MaxReceiveMessageSize = 64 << 20,
        });

    /// <summary>A process as the agent tells of it, once it does.</summary>
    public async Task<Process> SeenAsync(int pid, params IEnumerable<ProgramRule> rules)
    {
        WatchRequest request = new();
        request.Programs.AddRange(rules);
        using AsyncServerStreamingCall<WatchResponse> watch = Client.Watch(
            request, cancellationToken: TestContext.Current.CancellationToken);
        while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            if (watch.ResponseStream.Current.Appeared.FirstOrDefault(one => one.Pid == pid) is { } found)
                return found;
        }
        throw new InvalidOperationException("the agent ended");
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await server.DisposeAsync();
    }
}
