using System.ComponentModel;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries.Workers;

/// <summary>
/// Runs queries in processes of their own, so that one which cannot be interrupted, or fills the memory faster than
/// that is noticed, ends its process and nothing else.
/// </summary>
/// <remarks>For any number of threads.</remarks>
public sealed class QueryWorkers : IQueryRunner, IDisposable
{
    private readonly string program;
    private readonly QueryRunnerLimits limits;
    private readonly WorkerLimits workerLimits;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim running;
    private readonly ITimer watch;
    private readonly ITimer trim;
    private readonly Lock gate = new();
    private readonly HashSet<QueryWorker> busy = [];

    /// <summary>Those that wait, with the time since which they do; the last is taken first, whose files are open.
    /// </summary>
    private readonly List<(QueryWorker Worker, long Since)> idle = [];
    private int starting;
    private long ended;
    private bool isDisposed;

    /// <summary>Workers, of which the first is started at once.</summary>
    /// <param name="program">Path of <c>sideeye</c>.</param>
    /// <param name="limits">What queries may cost.</param>
    /// <param name="workerLimits">What the processes may take.</param>
    /// <param name="time">The clock.</param>
    public QueryWorkers(string program, QueryRunnerLimits limits, WorkerLimits workerLimits, TimeProvider time)
    {
        this.program = program;
        this.limits = limits;
        this.workerLimits = workerLimits;
        this.time = time;
        running = new SemaphoreSlim(limits.RunningMax);
        watch = time.CreateTimer(_ => Watch(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        trim = time.CreateTimer(_ => Trim(), null, workerLimits.IdleMax / 2, workerLimits.IdleMax / 2);
        StartSpare();
    }

    /// <summary>Processes that there are.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return busy.Count + idle.Count;
        }
    }

    /// <summary>Processes that were ended because their query overstepped, or that ended themselves.</summary>
    public long Ended => Interlocked.Read(ref ended);

    /// <inheritdoc/>
    public async Task<QueryOutcome> RunAsync(
        QueryRequest request, QuerySubject subject, IQuerySink sink, CancellationToken stop)
    {
        await running.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            WorkerOrder order = WorkerMessages.Order(request, subject);
            for (int lost = 0; ; lost++)
            {
                QueryWorker worker = Take();
                try
                {
                    return await worker.RunAsync(order, sink, limits.TimeMax, workerLimits.Grace, stop)
                        .ConfigureAwait(false);
                }
                catch (StoreException) when (worker.WasGone && lost < limits.RunningMax)
                {
                    // Another one runs it.
                }
                finally
                {
                    Give(worker);
                }
            }
        }
        finally
        {
            running.Release();
        }
    }

    /// <inheritdoc/>
    public void Forget(string path)
    {
        lock (gate)
        {
            foreach (QueryWorker worker in busy.Concat(idle.Select(static one => one.Worker)))
                worker.Forget(path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        watch.Dispose();
        trim.Dispose();
        lock (gate)
        {
            isDisposed = true;
            foreach ((QueryWorker worker, _) in idle)
                worker.Dispose();
            idle.Clear();
            foreach (QueryWorker worker in busy)
                worker.Kill(null);
        }
    }

    private QueryWorker Take()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            QueryWorker? worker = null;
            while (worker is null && idle.Count > 0)
            {
                (worker, _) = idle[^1];
                idle.RemoveAt(idle.Count - 1);
                if (!worker.HasEnded)
                    continue;
                Interlocked.Increment(ref ended);
                worker.Dispose();
                worker = null;
            }
            worker ??= Start();
            if (busy.Count == 0)
                watch.Change(workerLimits.LookEvery, workerLimits.LookEvery);
            busy.Add(worker);
            if (idle.Count == 0 && starting == 0 && busy.Count < limits.RunningMax)
                StartSpare();
            return worker;
        }
    }

    private void Give(QueryWorker worker)
    {
        lock (gate)
        {
            busy.Remove(worker);
            if (busy.Count == 0 && !isDisposed)
                watch.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (!worker.IsReady || worker.HasEnded)
            {
                Interlocked.Increment(ref ended);
            }
            else if (!isDisposed && worker.ResidentBytes <= workerLimits.IdleBytesMax)
            {
                idle.Add((worker, time.GetTimestamp()));
                return;
            }
        }
        worker.Dispose();
    }

    /// <summary>The next query shall not wait for a process to start.</summary>
    private void StartSpare()
    {
        starting++;
        _ = Task.Run(() =>
        {
            QueryWorker? worker = null;
            try
            {
                worker = Start();
            }
            catch (StoreException)
            {
                // Whoever needs one is told.
            }
            lock (gate)
            {
                starting--;
                if (worker is null)
                    return;
                if (!isDisposed)
                {
                    idle.Insert(0, (worker, time.GetTimestamp()));
                    return;
                }
            }
            worker.Dispose();
        });
    }

    private QueryWorker Start()
    {
        try
        {
            return QueryWorker.Start(program, limits, workerLimits.MessageBytesMax);
        }
        catch (Win32Exception e)
        {
            throw new StoreException(
                StoreError.Busy, $"a process for the query cannot be started: {e.Message}; try again later", e);
        }
    }

    private void Watch()
    {
        lock (gate)
        {
            long all = idle.Sum(static one => one.Worker.ResidentBytes);
            (QueryWorker? Worker, long Bytes) largest = (null, 0);
            foreach (QueryWorker worker in busy)
            {
                long bytes = worker.ResidentBytes;
                all += bytes;
                if (bytes > largest.Bytes)
                    largest = (worker, bytes);
            }
            if (largest.Bytes > workerLimits.BytesMax)
            {
                largest.Worker?.Kill(new StoreException(StoreError.OutOfMemory,
                    "the query makes values that need more memory than its limit; make smaller lists and texts"));
            }
            else if (all > workerLimits.BytesMaxTogether && idle.Count > 0)
            {
                idle[0].Worker.Dispose();
                idle.RemoveAt(0);
            }
            else if (all > workerLimits.BytesMaxTogether)
            {
                largest.Worker?.Kill(new StoreException(StoreError.OutOfMemory,
                    "the queries that run need more memory than all may have, and this one most; make it smaller"));
            }
        }
    }

    private void Trim()
    {
        lock (gate)
        {
            while (idle.Count > 1 && time.GetElapsedTime(idle[0].Since) >= workerLimits.IdleMax)
            {
                idle[0].Worker.Dispose();
                idle.RemoveAt(0);
            }
        }
    }
}
