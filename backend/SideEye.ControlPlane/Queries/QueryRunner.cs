using System.Collections.Immutable;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries;

/// <summary>Runs queries in this process.</summary>
/// <remarks>For any number of threads.</remarks>
public sealed class QueryRunner : IQueryRunner, IDisposable
{
    private readonly QueryRunnerLimits limits;
    private readonly ReaderPool readers;
    private readonly SemaphoreSlim running;

    /// <summary>A runner within limits.</summary>
    public QueryRunner(QueryRunnerLimits limits)
    {
        this.limits = limits;
        readers = new ReaderPool(limits.IdleReadersMax, limits.Store);
        running = new SemaphoreSlim(limits.RunningMax);
    }

    /// <inheritdoc/>
    public async Task<QueryOutcome> RunAsync(
        QueryRequest request, QuerySubject subject, IQuerySink sink, CancellationToken stop)
    {
        await running.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            QueryContext context = new(request, subject, limits, sink, stop);
            // DuckDB computes on the thread that asks.
            return await Task.Run(() => AnswerAsync(context), stop).ConfigureAwait(false);
        }
        finally
        {
            running.Release();
        }
    }

    /// <inheritdoc/>
    public void Forget(string path) => readers.Drop(path);

    /// <summary>Closes the files that stayed open.</summary>
    public void Dispose()
    {
        readers.Dispose();
        running.Dispose();
    }

    private async Task<QueryOutcome> AnswerAsync(QueryContext context)
    {
        if (context.Request.Kind == QueryKind.Sql)
            return await SqlAsync(context).ConfigureAwait(false);
        SnapshotRef snapshot = context.Snapshot;
        using ReaderPool.Rented rented = Open(snapshot);
        SnapshotReader reader = rented.Reader;
        return context.Request.Kind switch
        {
            QueryKind.Goroutines => await OneAsync(context, reader, "goroutines", GoroutineGroups.Sql(context))
                .ConfigureAwait(false),
            QueryKind.Flamegraph => await new FlameGraph(context, reader).SendAsync().ConfigureAwait(false),
            QueryKind.Nodegraph => await new NodeGraph(context, reader).SendAsync().ConfigureAwait(false),
            QueryKind.Logs => await OneAsync(context, reader, "logs", CapturedLogs.Sql(context, reader))
                .ConfigureAwait(false),
            QueryKind.Variables => await OneAsync(context, reader, "variables", PickerValues.Sql(context, reader))
                .ConfigureAwait(false),
            _ => throw new StoreException(StoreError.Sql,
                $"queries of kind {context.Request.Kind} are not answered from snapshot files"),
        };
    }

    private async Task<QueryOutcome> SqlAsync(QueryContext context)
    {
        if (string.IsNullOrWhiteSpace(context.Request.Sql))
            throw new StoreException(StoreError.Sql, "the query is empty; try SELECT * FROM goroutine_groups");
        string sql = QueryMacros.Of(context, () => ProcessIds(context)).Expand(context.Request.Sql);
        if (SnapshotReader.MayNameHistory(sql))
            return await HistoryAsync(context, sql).ConfigureAwait(false);
        using ReaderPool.Rented rented = Open(context.Snapshot);
        return await OneAsync(context, rented.Reader, "result", sql).ConfigureAwait(false);
    }

    private static async Task<QueryOutcome> HistoryAsync(QueryContext context, string sql)
    {
        IReadOnlyList<SnapshotRef> all = context.Subject.History;
        int left = Math.Max(0, all.Count - context.Limits.HistoryFilesMax);
        HistoryFile[] files =
            [.. all.Skip(left).Select(each => new HistoryFile(each.SnapshotId, each.Path, each.CapturedAt))];
        if (files.Length == 0)
        {
            throw new StoreException(StoreError.NoSuchFile,
                "there are no snapshots in the time range of the query; choose a longer one");
        }
        if (left > 0)
        {
            context.Notice("warning", "truncated",
                $"The history has {all.Count} snapshots; only the newest {files.Length} were read.");
        }
        try
        {
            using SnapshotReader reader = OpenHistory(context, files, sql);
            TellGaps(context, reader.Gaps);
            return await OneAsync(context, reader, "result", sql).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Error == StoreError.Damaged && !context.HasBegun)
        {
            return await WithoutDamagedAsync(context, files, sql).ConfigureAwait(false);
        }
    }

    /// <summary>The query once more, over the files that can be read to the end.</summary>
    private static async Task<QueryOutcome> WithoutDamagedAsync(
        QueryContext context, HistoryFile[] files, string sql)
    {
        ImmutableArray<HistoryGap> damaged = HistoryDamage.Find(
            files, sql, context.Limits.Store, context.LimitsLeft(), context.Stop);
        TellGaps(context, damaged);
        HistoryFile[] readable =
            [.. files.Where(file => !damaged.Any(gap => gap.SnapshotId == file.SnapshotId))];
        using SnapshotReader reader = OpenHistory(context, readable, sql);
        return await OneAsync(context, reader, "result", sql).ConfigureAwait(false);
    }

    private static void TellGaps(QueryContext context, IEnumerable<HistoryGap> gaps)
    {
        foreach (HistoryGap gap in gaps)
            context.Notice("warning", "partial", $"Snapshot {gap.SnapshotId} is left out: {gap.Reason}.");
    }

    private static SnapshotReader OpenHistory(QueryContext context, HistoryFile[] files, string sql)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        deadline.CancelAfter(context.LimitsLeft().TimeMax);
        SnapshotRef? snapshot = context.Subject.Snapshot;
        try
        {
            return SnapshotReader.OpenWithHistory(snapshot?.Path, files, sql, context.Limits.Store, deadline.Token);
        }
        catch (OperationCanceledException e) when (!context.Stop.IsCancellationRequested)
        {
            throw new StoreException(StoreError.TimeLimit,
                $"opening {files.Length} snapshots took longer than the query may; choose a shorter time range", e);
        }
        catch (StoreException e) when (snapshot is not null)
        {
            throw Named(e, snapshot);
        }
    }

    private static async Task<QueryOutcome> OneAsync(
        QueryContext context, SnapshotReader reader, string name, string sql)
    {
        using FrameSender sender = new(context);
        return new QueryOutcome(sql, await sender.SendAsync(name, reader, sql).ConfigureAwait(false));
    }

    private List<long> ProcessIds(QueryContext context)
    {
        using ReaderPool.Rented rented = Open(context.Snapshot);
        using QueryResult row = rented.Reader.Query(
            ProcessFilter.Sql(context) + " ORDER BY process_id", context.LimitsLeft(), context.Stop);
        List<long> ids = [];
        while (row.Read())
            ids.Add(row.GetInt64(0));
        return ids;
    }

    /// <summary>Opens the file of a snapshot; where it lies is nobody's business who asks.</summary>
    private ReaderPool.Rented Open(SnapshotRef snapshot)
    {
        try
        {
            return readers.Rent(snapshot.Path);
        }
        catch (StoreException e)
        {
            throw Named(e, snapshot);
        }
    }

    private static StoreException Named(StoreException e, SnapshotRef snapshot) =>
        !e.Message.Contains(snapshot.Path, StringComparison.Ordinal) ? e : new StoreException(
            e.Error,
            $"snapshot {snapshot.SnapshotId}: {e.Message.Replace(snapshot.Path, "its file", StringComparison.Ordinal)}",
            e);
}
