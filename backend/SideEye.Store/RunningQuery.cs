using DuckDB.NET.Data;

namespace SideEye.Store;

/// <summary>A query under its limits: it is interrupted when its time is over or nobody wants it any more.</summary>
internal sealed class RunningQuery : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);

    private readonly DuckDBCommand command;
    private readonly QueryLimits limits;
    private readonly CancellationToken stop;
    private readonly CancellationTokenSource deadline;
    private readonly CancellationTokenRegistration interrupt;
    private readonly Timer? memoryWatch;
    private readonly long startBytes;
    private volatile bool expired;
    private volatile bool grown;
    private long rows;

    /// <summary>Starts the clock. Owns the command.</summary>
    public RunningQuery(DuckDBCommand command, QueryLimits limits, CancellationToken stop)
    {
        this.command = command;
        this.limits = limits;
        this.stop = stop;
        deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(limits.TimeMax);
        interrupt = deadline.Token.Register(Interrupt);
        if (limits.GrowthBytesMax == long.MaxValue)
            return;
        startBytes = Environment.WorkingSet;
        memoryWatch = new Timer(_ => Look(), null, LookEvery, LookEvery);
    }

    /// <summary>Runs a step of the query.</summary>
    /// <exception cref="StoreException">It failed, or took too long.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public T Run<T>(Func<T> step)
    {
        try
        {
            if (expired)
                throw Stopped(null);
            return step();
        }
        catch (InvalidOperationException e)
        {
            // DuckDB.NET's own: it was asked for something that it has no values for.
            throw expired ? Stopped(e) : new StoreException(StoreError.Sql, e.Message, e);
        }
        catch (Exception e) when (e is DuckDBException or OperationCanceledException)
        {
            throw e is DuckDBException failure && !expired ? DuckDbErrors.OnQuery(failure) : Stopped(e);
        }
    }

    /// <summary>Counts rows that came.</summary>
    /// <exception cref="StoreException">They are too many.</exception>
    public void Count(long more)
    {
        rows += more;
        if (rows > limits.RowsMax)
        {
            throw new StoreException(StoreError.RowLimit,
                $"the query has more than {limits.RowsMax} rows; add LIMIT, or aggregate");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        memoryWatch?.Dispose();
        interrupt.Dispose();
        deadline.Dispose();
        command.Dispose();
    }

    private void Look()
    {
        if (Environment.WorkingSet - startBytes <= limits.GrowthBytesMax)
            return;
        grown = true;
        Interrupt();
    }

    private void Interrupt()
    {
        expired = true;
        command.Cancel();
    }

    private Exception Stopped(Exception? e) => stop.IsCancellationRequested
        ? new OperationCanceledException("The query was cancelled.", e, stop)
        : grown ? new StoreException(StoreError.OutOfMemory,
            "the query makes values that need more memory than its limit; make smaller lists and texts", e)
        : new StoreException(StoreError.TimeLimit,
            $"the query took longer than {limits.TimeMax.TotalSeconds:0.###} s; make it smaller", e);
}
