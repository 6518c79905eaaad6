using Apache.Arrow;
using Grpc.Core;
using SideEye.Protocol;
using SideEye.Protocol.Agent;

namespace SideEye.Agent.Tests;

/// <summary>The caller's side of one snapshot.</summary>
internal sealed class SnapshotTalk(AsyncDuplexStreamingCall<SnapshotRequest, SnapshotResponse> call) : IDisposable
{
    public Dictionary<string, List<RecordBatch>> Tables { get; } = [];

    public Trailer? Trailer { get; private set; }

    public static SnapshotTalk Begin(RunningAgent agent) => BeginUntil(agent, TestContext.Current.CancellationToken);

    public static SnapshotTalk BeginUntil(RunningAgent agent, CancellationToken stop) =>
        new(agent.Client.Snapshot(cancellationToken: stop));

    public static Prepare For(params int[] pids)
    {
        Prepare prepare = new() { SnapshotId = "test", WithoutPacks = true, Selection = new Selection() };
        prepare.Selection.Pids.AddRange(pids);
        return prepare;
    }

    public async Task<Prepared> PrepareAsync(Prepare prepare)
    {
        await call.RequestStream.WriteAsync(new SnapshotRequest { Prepare = prepare });
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        return call.ResponseStream.Current.Prepared;
    }

    public async Task<Trailer> FireAsync()
    {
        await call.RequestStream.WriteAsync(new SnapshotRequest { Fire = new Fire() });
        await call.RequestStream.CompleteAsync();
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            SnapshotResponse response = call.ResponseStream.Current;
            if (response.Batch is { } batch)
                Take(batch);
            Trailer ??= response.Trailer;
        }
        Assert.NotNull(Trailer);
        return Trailer;
    }

    public int Rows(string table) => Tables.GetValueOrDefault(table, []).Sum(static batch => batch.Length);

    public IEnumerable<string?> Texts(string table, string column) => Tables.GetValueOrDefault(table, [])
        .SelectMany(batch => Enumerable.Range(0, batch.Length)
            .Select(row => ((StringArray)batch.Column(column)).GetString(row)));

    public void Dispose() => call.Dispose();

    private void Take(Batch batch)
    {
        if (!Tables.TryGetValue(batch.Table, out List<RecordBatch>? batches))
            Tables.Add(batch.Table, batches = []);
        foreach (RecordBatch rows in ArrowRows.Decode(batch.Arrow, out _))
        {
            Assert.True(rows.Length <= ProtocolLimits.Default.BatchRowsMax);
            batches.Add(rows);
        }
    }
}
