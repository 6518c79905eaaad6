using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Serving;
using SideEye.Protocol.ControlPlane;
using SideEye.Store.Tests;
using ControlPlaneClient = SideEye.Protocol.ControlPlane.ControlPlane.ControlPlaneClient;

namespace SideEye.ControlPlane.Tests.Serving;

/// <summary>All parts together, as <c>sideeye serve</c> runs them, but for the agent behind.</summary>
public sealed class A_control_plane_that_runs : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_query_has_a_snapshot_taken_which_is_there_after_a_restart()
    {
        await using ScriptedAgent agent = await ScriptedAgent.StartAsync(
            "host-a", static id => ScriptedAgent.Plain(id, 3));
        string id;
        await using (RunningControlPlane running = await StartAsync(agent.Address))
        {
            (QueryAnswer answer, Trailer trailer) = await AskAsync(running, new SnapshotChoice());
            Assert.Equal(["3"], answer.Rows);
            id = trailer.SnapshotId;
        }
        await using RunningControlPlane again = await StartAsync("127.0.0.1:1");
        (QueryAnswer kept, Trailer of) = await AskAsync(again, new SnapshotChoice { Latest = true });
        Assert.Equal((id, "3"), (of.SnapshotId, Assert.Single(kept.Rows)));
    }

    [Fact]
    public async Task It_says_how_its_agents_are()
    {
        await using ScriptedAgent agent = await ScriptedAgent.StartAsync("host-a");
        await using RunningControlPlane running = await StartAsync(agent.Address, "127.0.0.1:1");
        long start = TimeProvider.System.GetTimestamp();
        while (!running.Words.Any(static line => line.Contains("cannot be reached", StringComparison.Ordinal))
            || !running.Words[0].StartsWith("1 of 2", StringComparison.Ordinal))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(2),
                string.Join('\n', running.Words));
            await Task.Delay(20, Stop);
        }
        Assert.False(running.DoAllAgentsAnswer);
        Assert.Equal(3, running.Words.Count);
    }

    [Fact]
    public async Task Two_do_not_share_a_data_folder()
    {
        await using RunningControlPlane running = await StartAsync("127.0.0.1:1");
        ControlPlaneStartException failure =
            await Assert.ThrowsAsync<ControlPlaneStartException>(() => StartAsync("127.0.0.1:1"));
        Assert.Contains(folder.FullName, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_follows_snapshots_is_told_that_it_stops()
    {
        RunningControlPlane running = await StartAsync("127.0.0.1:1");
        using GrpcChannel channel = GrpcChannel.ForAddress(running.Address);
        using AsyncServerStreamingCall<SnapshotEvent> call =
            new ControlPlaneClient(channel).Snapshots(new SnapshotsRequest(), cancellationToken: Stop);
        await call.ResponseHeadersAsync;
        Task stopping = running.DisposeAsync().AsTask();
        RpcException end = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Stop));
        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
        await stopping;
    }

    private Task<RunningControlPlane> StartAsync(params string[] agents) => RunningControlPlane.StartAsync(
        new ControlPlaneOptions
        {
            Listen = "127.0.0.1:0", DataFolder = folder.FullName, Fleet = new FleetOptions { Addresses = agents },
        },
        NullLoggerFactory.Instance, Stop);

    private static async Task<(QueryAnswer Answer, Trailer Trailer)> AskAsync(
        RunningControlPlane running, SnapshotChoice choice)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(running.Address);
        return await ServerFixture.AskAsync(new ControlPlaneClient(channel), new QueryRequest
        {
            Kind = QueryKind.Sql, Sql = "SELECT count(*) AS n FROM goroutines", Snapshot = choice,
        });
    }
}
