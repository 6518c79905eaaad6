using Apache.Arrow;
using Grpc.Core;
using SideEye.Agent.Options;
using SideEye.Protocol.Agent;
using SideEye.Testing;

namespace SideEye.Agent.Tests;

/// <summary>Snapshots of real Go programs over real gRPC.</summary>
public sealed class Snapshots_in_two_phases
{
    private static Task<GoTarget> SwarmAsync(int goroutines = 200) =>
        GoTarget.StartAsync("swarm", Toolchains.Newest, "-n", $"{goroutines}");

    [Fact]
    public async Task A_prepared_snapshot_is_fired_and_its_rows_are_the_goroutines()
    {
        Requires.Root();
        await using GoTarget swarm = await SwarmAsync();
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        Prepare prepare = SnapshotTalk.For(swarm.ProcessId);
        prepare.FirstProcessId = 7;
        prepare.Programs.Add(new ProgramRule { Name = "bees", Executable = "swarm", Environment = "field" });

        Prepared prepared = await SeenAsync(agent, talk, prepare);
        PreparedProcess process = Assert.Single(prepared.Processes);
        Assert.Equal("", process.Error);
        Assert.Equal(7, process.ProcessId);
        Assert.Equal("bees", process.Process.Program);

        Trailer trailer = await talk.FireAsync();
        CapturedProcess captured = Assert.Single(trailer.Processes);
        Assert.Equal("", captured.Error);
        Assert.Equal(7, captured.ProcessId);
        Assert.True(captured.PauseNs > 0);
        Assert.True(captured.Goroutines > 200);
        Assert.Equal(captured.Goroutines, talk.Rows("goroutines"));
        Assert.True(talk.Rows("stack_frames") > 0);
        Assert.Equal(["bees"], talk.Texts("processes", "program"));
        Assert.Equal(["field"], talk.Texts("processes", "environment"));
        Assert.Equal(7, ((Int32Array)talk.Tables["goroutines"][0].Column("process_id")).GetValue(0));
        Assert.DoesNotContain("snapshots", talk.Tables.Keys);
        StatusResponse status = await agent.Client.StatusAsync(
            new StatusRequest(), cancellationToken: TestContext.Current.CancellationToken);
        ProcessBudget budget = status.Budgets.Single(one => one.ProcessKey == process.Process.Key);
        Assert.Equal(1, budget.Snapshots);
        Assert.True(budget.UsedNs > 0);
    }

    [Fact]
    public async Task Captured_variables_come_as_tables_of_their_own()
    {
        Requires.Root();
        await using GoTarget zoo = await GoTarget.StartAsync("values", Toolchains.Newest);
        await using RunningAgent agent = await RunningAgent.StartAsync();
        DescribeResponse functions = await agent.Client.DescribeAsync(new DescribeRequest
        {
            ProcessKey = await KeyAsync(agent, zoo.ProcessId),
            Functions = new FunctionsQuestion { Pattern = "main.", Limit = 5 },
        }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(functions.Functions, one => one.Name.StartsWith("main.", StringComparison.Ordinal));

        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        Prepare prepare = SnapshotTalk.For(zoo.ProcessId);
        prepare.Spec.Add(new SpecDocument
        {
            Name = "main.yaml", Yaml = "version: 1\nfunctions:\n  - function: main.main\n    table: mains\n",
        });
        await SeenAsync(agent, talk, prepare);
        await talk.FireAsync();
        Assert.Equal(1, talk.Rows("mains"));
    }

    [Fact]
    public async Task A_caller_who_leaves_between_the_phases_leaves_the_process_free()
    {
        Requires.Root();
        await using GoTarget swarm = await SwarmAsync();
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using (CancellationTokenSource leaving = new())
        using (SnapshotTalk first = SnapshotTalk.BeginUntil(agent, leaving.Token))
        {
            Assert.Equal("", (await SeenAsync(agent, first, SnapshotTalk.For(swarm.ProcessId))).Processes[0].Error);
            await leaving.CancelAsync();
        }
        string error;
        do
        {
            using SnapshotTalk second = SnapshotTalk.Begin(agent);
            error = (await second.PrepareAsync(SnapshotTalk.For(swarm.ProcessId))).Processes[0].Error;
        }
        while (error.Length > 0 && error.Contains("under way", StringComparison.Ordinal));
        Assert.Equal("", error);
        Assert.Contains("TracerPid:\t0", await File.ReadAllTextAsync(
            $"/proc/{swarm.ProcessId}/status", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_snapshot_at_once_is_a_row_with_an_error()
    {
        Requires.Root();
        await using GoTarget swarm = await SwarmAsync();
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using SnapshotTalk first = SnapshotTalk.Begin(agent);
        await SeenAsync(agent, first, SnapshotTalk.For(swarm.ProcessId));
        using SnapshotTalk second = SnapshotTalk.Begin(agent);
        Prepared refused = await second.PrepareAsync(SnapshotTalk.For(swarm.ProcessId));
        Assert.Contains("another snapshot", refused.Processes[0].Error, StringComparison.Ordinal);
        Trailer trailer = await second.FireAsync();
        Assert.Contains("another snapshot", trailer.Processes[0].Error, StringComparison.Ordinal);
        Assert.Equal(1, second.Rows("processes"));
        Assert.Equal("", (await first.FireAsync()).Processes[0].Error);
    }

    [Fact]
    public async Task A_process_whose_pause_budget_is_used_up_is_left_alone()
    {
        Requires.Root();
        await using GoTarget swarm = await SwarmAsync();
        await using RunningAgent agent = await RunningAgent.StartAsync(
            RunningAgent.Patient with { PauseBudget = TimeSpan.FromMicroseconds(1) });
        // The first freeze ends by its deadline of a microsecond or so, and stands for more than the budget.
        string error = "";
        while (!error.Contains("pause budget", StringComparison.Ordinal))
        {
            using SnapshotTalk talk = SnapshotTalk.Begin(agent);
            error = (await SeenAsync(agent, talk, SnapshotTalk.For(swarm.ProcessId))).Processes[0].Error;
            await talk.FireAsync();
        }
        Assert.Contains("free again in", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_ends_between_the_phases_is_a_row_with_an_error()
    {
        Requires.Root();
        GoTarget swarm = await SwarmAsync();
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        await SeenAsync(agent, talk, SnapshotTalk.For(swarm.ProcessId));
        await swarm.DisposeAsync();
        Trailer trailer = await talk.FireAsync();
        Assert.NotEqual("", trailer.Processes[0].Error);
        Assert.Equal(0, talk.Rows("goroutines"));
        Assert.Equal(1, talk.Rows("processes"));
    }

    [Fact]
    public async Task Processes_that_do_not_get_ready_in_time_are_rows_with_an_error()
    {
        Requires.Root();
        await using GoTarget first = await SwarmAsync();
        await using GoTarget second = await SwarmAsync();
        await using RunningAgent agent = await RunningAgent.StartAsync(RunningAgent.Patient with
        {
            Limits = AgentLimits.Default with { PrepareMax = TimeSpan.Zero },
        });
        await KeyAsync(agent, first.ProcessId);
        await KeyAsync(agent, second.ProcessId);
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        Prepare prepare = SnapshotTalk.For(first.ProcessId);
        prepare.Selection.Pids.Add(second.ProcessId);

        Prepared prepared = await talk.PrepareAsync(prepare);

        Assert.Equal(2, prepared.Processes.Count);
        Assert.Equal("", prepared.Processes[0].Error);
        Assert.Contains("the next snapshot gets further", prepared.Processes[1].Error, StringComparison.Ordinal);
        Trailer trailer = await talk.FireAsync();
        Assert.True(trailer.Processes[0].Goroutines > 200);
        Assert.Equal(prepared.Processes[1].Error, trailer.Processes[1].Error);
        Assert.Equal(2, talk.Rows("processes"));
    }

    [Fact]
    public async Task A_pid_that_is_no_Go_process_is_a_row_with_an_error()
    {
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        Prepared prepared = await talk.PrepareAsync(SnapshotTalk.For(1));
        Assert.Contains("no Go process", prepared.Processes[0].Error, StringComparison.Ordinal);
        await talk.FireAsync();
        Assert.Equal(1, talk.Rows("processes"));
    }

    [Theory]
    [InlineData("version: 1\nfunctions: 5\n", "functions")]
    [InlineData("{{{{", "main.yaml")]
    [InlineData("", "main.yaml")]
    public async Task A_malformed_spec_is_refused_with_the_place(string yaml, string named)
    {
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        Prepare prepare = SnapshotTalk.For(1);
        prepare.Spec.Add(new SpecDocument { Name = "main.yaml", Yaml = yaml });
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => talk.PrepareAsync(prepare));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains(named, refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_oversized_message_is_refused()
    {
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        Prepare prepare = SnapshotTalk.For(1);
        prepare.Spec.Add(new SpecDocument { Name = "main.yaml", Yaml = new string('a', 5 << 20) });
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => talk.PrepareAsync(prepare));
        // The agent ends the call while the caller still sends: which of the two it comes upon first is not certain.
        Assert.True(refused.StatusCode is StatusCode.ResourceExhausted or StatusCode.Cancelled);
    }

    [Fact]
    public async Task Fire_without_Prepare_is_refused()
    {
        await using RunningAgent agent = await RunningAgent.StartAsync();
        using SnapshotTalk talk = SnapshotTalk.Begin(agent);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(talk.FireAsync);
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    /// <summary>Prepares once the agent has found the process.</summary>
    private static async Task<Prepared> SeenAsync(RunningAgent agent, SnapshotTalk talk, Prepare prepare)
    {
        await KeyAsync(agent, prepare.Selection.Pids[0]);
        return await talk.PrepareAsync(prepare);
    }

    private static async Task<string> KeyAsync(RunningAgent agent, int pid)
    {
        using AsyncServerStreamingCall<WatchResponse> watch = agent.Client.Watch(
            new WatchRequest(), cancellationToken: TestContext.Current.CancellationToken);
        while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            if (watch.ResponseStream.Current.Appeared.FirstOrDefault(one => one.Pid == pid) is { } found)
                return found.Key;
        }
        throw new InvalidOperationException("the agent ended");
    }
}
