using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.Agent;
using SideEye.Spec.Merging;
using SideEye.Store;
using SideEye.Store.Tests;
using SideEye.Tables;

namespace SideEye.ControlPlane.Tests;

public sealed class Capturing_over_many_agents : IDisposable
{
    private static readonly CapturingLimits Patient = CapturingLimits.Default with
    {
        PrepareMax = TimeSpan.FromSeconds(60), ClockMax = TimeSpan.FromSeconds(60),
    };

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string SnapshotPath => folder.File("s.duckdb");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Rows_of_all_agents_come_into_one_file()
    {
        await using ScriptedAgent one = await ScriptedAgent.StartAsync(
            "host-a", static id => ScriptedAgent.Plain(id, 2));
        await using ScriptedAgent two = await ScriptedAgent.StartAsync(
            "host-b", static id => ScriptedAgent.Plain(id, 3));
        TakenSnapshot taken = await TakeAsync(Patient, one.Link, two.Link);
        Assert.Null(taken.Error);
        Assert.Equal(2, taken.Processes);
        Assert.Equal(
            [$"1|host-a|{one.Address}|shop@host-a", $"10001|host-b|{two.Address}|shop@host-b"],
            Ask("SELECT process_id || '|' || host || '|' || agent || '|' || friendly_name FROM processes "
                + "ORDER BY process_id"));
        Assert.Equal(["1|2", "10001|3"],
            Ask("SELECT process_id || '|' || count(*) FROM goroutines GROUP BY process_id ORDER BY process_id"));
        Assert.Equal(["2"], Ask("SELECT count(*)::VARCHAR FROM stack_frames"));
        Assert.Equal(["5"], Ask("SELECT count(*)::VARCHAR FROM goroutines JOIN stack_frames USING (stack_id) "
            + "WHERE frame_index = 0"));
        Assert.Equal(["true"], Ask("SELECT (min(skew_ns) = 0 AND max(skew_ns) < 60e9)::VARCHAR FROM processes"));
    }

    [Fact]
    public async Task No_agent_is_fired_before_every_agent_is_prepared()
    {
        TaskCompletionSource mayPrepare = new();
        await using ScriptedAgent quick = await ScriptedAgent.StartAsync("quick");
        await using ScriptedAgent slow = await ScriptedAgent.StartAsync("slow", onPrepare: _ => mayPrepare.Task);
        Task<TakenSnapshot> taking = TakeAsync(Patient, quick.Link, slow.Link);
        await quick.WasPrepared.Task.WaitAsync(Stop);
        Assert.False(quick.WasFired.Task.IsCompleted);
        mayPrepare.SetResult();
        Assert.Equal(2, (await taking).Processes);
    }

    [Fact]
    public async Task An_agent_that_never_prepares_holds_the_others_up_no_longer_than_its_deadline()
    {
        await using ScriptedAgent well = await ScriptedAgent.StartAsync("well");
        await using ScriptedAgent frozen = await ScriptedAgent.StartAsync(
            "frozen", onPrepare: static stop => Task.Delay(Timeout.Infinite, stop));
        CapturingLimits limits = Patient with { PrepareMax = TimeSpan.FromSeconds(2) };
        TakenSnapshot taken = await TakeAsync(limits, well.Link, frozen.Link);
        Assert.Equal(1, taken.Processes);
        Assert.Contains("1 of 2 agents failed", taken.Error, StringComparison.Ordinal);
        Assert.Equal([$"{frozen.Address} did not answer in time"],
            Ask("SELECT error FROM processes WHERE pid IS NULL"));
        await frozen.WasLetGo.Task.WaitAsync(Stop);
    }

    [Fact]
    public async Task An_agent_that_is_not_there_is_a_row_that_says_so()
    {
        await using ScriptedAgent well = await ScriptedAgent.StartAsync("well");
        ScriptedAgent dead = await ScriptedAgent.StartAsync("dead");
        AgentLink link = dead.Link;
        await dead.DisposeAsync();
        using Grpc.Net.Client.GrpcChannel channel = Grpc.Net.Client.GrpcChannel.ForAddress($"http://{link.Address}");
        await TakeAsync(Patient, well.Link, link with { Client = new(channel) });
        string error = Assert.Single(Ask($"SELECT error FROM processes WHERE agent = '{link.Address}'"));
        Assert.StartsWith($"{link.Address} cannot be reached (Connection refused", error, StringComparison.Ordinal);
        Assert.EndsWith("is sideeye-agent running there?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_off_is_said_and_taken_out_of_the_skew()
    {
        TimeSpan off = TimeSpan.FromSeconds(10);
        await using ScriptedAgent right = await ScriptedAgent.StartAsync("right");
        await using ScriptedAgent wrong = await ScriptedAgent.StartAsync(
            "wrong", id => ScriptedAgent.Plain(id, 1, DateTimeOffset.UtcNow + off), off);
        TakenSnapshot taken = await TakeAsync(Patient, right.Link, wrong.Link);
        Assert.StartsWith(
            $"{wrong.Address}: its clock is ", Assert.Single(taken.Warnings), StringComparison.Ordinal);
        Assert.Equal(["true"], Ask("SELECT (abs(clock_offset_ns - 10e9) < 2e9)::VARCHAR FROM processes "
            + "WHERE host = 'wrong'"));
        Assert.Equal(["true"], Ask("SELECT (max(skew_ns) < 8e9)::VARCHAR FROM processes"));
    }

    [Fact]
    public async Task Of_an_agent_that_breaks_off_no_half_remains()
    {
        await using ScriptedAgent well = await ScriptedAgent.StartAsync("well");
        await using ScriptedAgent broken = await ScriptedAgent.StartAsync(
            "broken", beforeTrailer: static _ => throw new InvalidOperationException());
        TakenSnapshot taken = await TakeAsync(Patient, well.Link, broken.Link);
        Assert.NotNull(taken.Error);
        Assert.Equal(["1"], Ask("SELECT DISTINCT process_id::VARCHAR FROM goroutines"));
        Assert.Equal(["1", "10001"], Ask("SELECT process_id::VARCHAR FROM processes ORDER BY process_id"));
        Assert.DoesNotContain(Ask("SELECT table_name FROM duckdb_tables()"), static name => name.Contains(' '));
    }

    [Fact]
    public async Task What_an_agent_may_not_send_is_refused_and_the_others_stay()
    {
        foreach (Batch one in Bad())
        {
            await using ScriptedAgent well = await ScriptedAgent.StartAsync("well");
            await using ScriptedAgent hostile = await ScriptedAgent.StartAsync("hostile", _ => [one]);
            TakenSnapshot taken = await TakeAsync(Patient, well.Link, hostile.Link);
            Assert.Equal(1, taken.Processes);
            Assert.StartsWith($"{hostile.Address}: ", taken.Agents[1].Error, StringComparison.Ordinal);
            Assert.Equal(["1"], Ask("SELECT count(*)::VARCHAR FROM goroutines"));
        }
    }

    [Fact]
    public async Task Of_an_only_agent_that_sends_what_it_may_not_there_is_no_file()
    {
        foreach (Batch one in Bad())
        {
            await using ScriptedAgent hostile = await ScriptedAgent.StartAsync("hostile", _ => [one]);
            CaptureException failure = await Assert.ThrowsAsync<CaptureException>(
                () => TakeAsync(Patient, hostile.Link));
            Assert.Contains($"{hostile.Address}: ", failure.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(folder.FullName));
        }
    }

    [Fact]
    public async Task Columns_of_builds_that_differ_become_columns_that_hold_both()
    {
        await using ScriptedAgent old = await ScriptedAgent.StartAsync("old", static id =>
            [.. ScriptedAgent.Plain(id, 1), Handle(id, ("id", Int64Type.Default, "7"), ("n", Int64Type.Default, "5"))]);
        await using ScriptedAgent changed = await ScriptedAgent.StartAsync("new", static id =>
            [
                .. ScriptedAgent.Plain(id, 1),
                Handle(id, ("id", StringType.Default, "a-7"), ("m", Int64Type.Default, "6")),
            ]);
        TakenSnapshot taken = await TakeAsync(Patient, old.Link, changed.Link);
        Assert.Null(taken.Error);
        Assert.Equal(["7|5|-", "a-7|-|6"], Ask("SELECT id || '|' || coalesce(n::VARCHAR, '-') || '|' || "
            + "coalesce(m::VARCHAR, '-') FROM handle ORDER BY process_id"));
    }

    [Fact]
    public async Task When_all_fail_there_is_no_file_and_every_reason_is_said()
    {
        await using ScriptedAgent broken = await ScriptedAgent.StartAsync(
            "broken", onPrepare: static _ => throw new InvalidOperationException());
        CaptureException failure = await Assert.ThrowsAsync<CaptureException>(() => TakeAsync(Patient, broken.Link));
        Assert.Contains(broken.Address, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.FullName));
        failure = await Assert.ThrowsAsync<CaptureException>(() => TakeAsync(Patient));
        Assert.StartsWith("no agents are configured", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_gives_up_makes_the_agents_let_go()
    {
        await using ScriptedAgent agent = await ScriptedAgent.StartAsync(
            "slow", beforeTrailer: static stop => Task.Delay(Timeout.Infinite, stop));
        using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task<TakenSnapshot> taking = TakeAsync(Patient, giveUp.Token, agent.Link);
        await agent.WasFired.Task.WaitAsync(Stop);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        await agent.WasLetGo.Task.WaitAsync(Stop);
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }

    /// <summary>What no agent may send: no Arrow, other columns, tables that are not its own, rows of processes that it
    /// does not have.</summary>
    private static Batch[] Bad() =>
    [
        new Batch { Table = "goroutines", Arrow = Google.Protobuf.ByteString.CopyFromUtf8("no arrow") },
        ScriptedAgent.Of("goroutines", Table(("process_id", Int32Type.Default))),
        ScriptedAgent.Of("snapshots", new SnapshotBuilder().Snapshot().Batch("snapshots")),
        ScriptedAgent.Of("x; DROP TABLE goroutines", Table(("process_id", Int32Type.Default))),
        ScriptedAgent.Of("links", Identity()),
        ScriptedAgent.Of("Goroutines", Identity()),
        ScriptedAgent.Of("handle", Table(("whose", Int32Type.Default))),
        ScriptedAgent.Of(new SnapshotBuilder().Goroutine(0, 10, 7)).Skip(1).First(),
    ];

    private static RecordBatch Identity() => Table(
        ("process_id", Int32Type.Default), ("goroutine_id", Int64Type.Default), ("frame_index", Int32Type.Default));

    private Task<TakenSnapshot> TakeAsync(CapturingLimits limits, params AgentLink[] agents) =>
        TakeAsync(limits, Stop, agents);

    private async Task<TakenSnapshot> TakeAsync(
        CapturingLimits limits, CancellationToken stop, params AgentLink[] agents)
    {
        SnapshotTaker taker = new(new Fixed(agents), new NamesByHost(), limits, TimeProvider.System);
        return await taker.TakeAsync(
            new CaptureOrder
            {
                SnapshotId = Guid.NewGuid().ToString("N"),
                Spec = new SpecInForce([], WithPacks: false, SpecMerger.Merge([], []).Spec!),
                RequestedBy = "test",
            },
            SnapshotPath, stop);
    }

    private string[] Ask(string sql)
    {
        using SnapshotReader reader = SnapshotReader.Open(SnapshotPath);
        using QueryResult rows = reader.Query(sql, QueryLimits.None, Stop);
        List<string> texts = [];
        while (rows.Read())
            texts.Add(rows.GetText(0));
        return [.. texts];
    }

    private static Batch Handle(int processId, params (string Name, IArrowType Type, string Value)[] captured)
    {
        Schema schema = CaptureSchema.FunctionTable("main.handle", captured.Select(
            static one => CaptureSchema.Captured(one.Name, one.Type, isJson: false, "")));
        IArrowArray[] columns =
        [
            new Int32Array.Builder().Append(processId).Build(), new Int64Array.Builder().Append(10).Build(),
            new Int32Array.Builder().Append(1).Build(), .. captured.Select(ValueOf),
        ];
        return ScriptedAgent.Of("handle", new RecordBatch(schema, columns, 1));
    }

    private static IArrowArray ValueOf((string Name, IArrowType Type, string Value) one) => one.Type is StringType
        ? new StringArray.Builder().Append(one.Value).Build()
        : new Int64Array.Builder().Append(long.Parse(one.Value, null)).Build();

    private static RecordBatch Table(params (string Name, IArrowType Type)[] columns) => new(
        new Schema([.. columns.Select(static one => new Field(one.Name, one.Type, nullable: false))], []),
        [.. columns.Select(static _ => new Int32Array.Builder().Append(1).Build())], 1);

    private sealed class Fixed(AgentLink[] links) : IAgentLinks
    {
        public IReadOnlyList<AgentLink> Links => links;
    }

    private sealed class NamesByHost : IProcessNames
    {
        public string NameOf(FleetProcess process) => $"{process.Process.Name}@{process.Host}";

        public void Rename(string agent, string key, string name) => throw new NotSupportedException();
    }
}
