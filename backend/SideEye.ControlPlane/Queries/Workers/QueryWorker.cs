using System.Diagnostics;
using System.Globalization;
using SideEye.Protocol.ControlPlane;
using SideEye.Store;

namespace SideEye.ControlPlane.Queries.Workers;

/// <summary>A process that runs queries, one at a time. Whatever one does, it ends with the process at the latest.
/// </summary>
internal sealed class QueryWorker : IDisposable
{
    private static readonly long PageBytes = Environment.SystemPageSize;

    /// <summary>A query that ends its process takes longer to do so.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(50);

    private readonly Process process;
    private readonly MessageStream messages;
    private readonly string statm;
    private volatile StoreException? killedFor;
    private volatile bool wasKilled;

    private QueryWorker(Process process, MessageStream messages)
    {
        this.process = process;
        this.messages = messages;
        statm = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/statm");
    }

    /// <summary>False when the process is in the middle of something.</summary>
    public bool IsReady { get; private set; } = true;

    /// <summary>Whether the process is gone, or about to go.</summary>
    public bool HasEnded => wasKilled || process.HasExited;

    /// <summary>Whether the process was gone already when its last query came: that may be run by another.</summary>
    public bool WasGone { get; private set; }

    /// <summary>Resident memory of the process; 0 when it is gone.</summary>
    public long ResidentBytes
    {
        get
        {
            try
            {
                string[] pages = File.ReadAllText(statm).Split(' '); // size, resident, ... (proc_pid_statm(5))
                return long.Parse(pages[1], CultureInfo.InvariantCulture) * PageBytes;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                return 0;
            }
        }
    }

    /// <summary>Starts a process.</summary>
    /// <param name="program">Path of <c>sideeye</c>.</param>
    /// <param name="limits">What queries may cost.</param>
    /// <param name="messageBytesMax">Bytes of one message.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be executed.</exception>
    public static QueryWorker Start(string program, QueryRunnerLimits limits, int messageBytesMax)
    {
        ProcessStartInfo start = new(program, WorkerProgram.Arguments(limits))
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/",
        };
        Process process = Process.Start(start)!;
        return new QueryWorker(process, new MessageStream(
            process.StandardOutput.BaseStream, process.StandardInput.BaseStream, messageBytesMax));
    }

    /// <summary>Runs a query, or ends the process.</summary>
    /// <param name="order">The order to run it.</param>
    /// <param name="sink">Takes the answer.</param>
    /// <param name="timeMax">How long it may take.</param>
    /// <param name="grace">How long it may go on when it should have ended.</param>
    /// <param name="stop">Cancelled when nobody wants the answer any more.</param>
    /// <exception cref="StoreException">The query is wrong or reached a limit; for people.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task<QueryOutcome> RunAsync(
        WorkerOrder order, IQuerySink sink, TimeSpan timeMax, TimeSpan grace, CancellationToken stop)
    {
        IsReady = false;
        long begun = TimeProvider.System.GetTimestamp();
        using CancellationTokenSource overdue = new(timeMax + grace);
        using CancellationTokenRegistration kill = overdue.Token.Register(() => Kill(new StoreException(
            StoreError.TimeLimit, $"the query took longer than {timeMax.TotalSeconds:0.###} s; make it smaller")));
        try
        {
            await OrderAsync(order).ConfigureAwait(false);
            // Behind the order: who leaves cancels that.
            using CancellationTokenRegistration leave = stop.Register(() => Leave(overdue, grace));
            return await PassOnAsync(sink, stop).ConfigureAwait(false);
        }
        catch (WorkerLostException e)
        {
            WasGone = !wasKilled && TimeProvider.System.GetElapsedTime(begun) < AtOnce;
            Kill(null);
            throw Ended(e, stop);
        }
        catch when (!IsReady)
        {
            // Whoever takes the answer failed, and the query is still running.
            Leave(overdue, grace);
            await DrainAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Has a file closed that was removed.</summary>
    public void Forget(string path) => _ = TryWriteAsync(new WorkerOrder { Forget = path });

    /// <summary>Ends the process.</summary>
    /// <param name="why">What its query is told; null when that is found out otherwise.</param>
    public void Kill(StoreException? why)
    {
        killedFor ??= why;
        wasKilled = true;
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill(null);
        messages.Dispose();
        process.Dispose();
    }

    private async Task OrderAsync(WorkerOrder order)
    {
        try
        {
            await messages.WriteAsync(order, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new WorkerLostException(e);
        }
    }

    private async Task<QueryOutcome> PassOnAsync(IQuerySink sink, CancellationToken stop)
    {
        while (true)
        {
            WorkerAnswer part = await NextAsync().ConfigureAwait(false);
            switch (part.PartCase)
            {
                case WorkerAnswer.PartOneofCase.Frame:
                    await sink.BeginFrameAsync(part.Frame, stop).ConfigureAwait(false);
                    break;
                case WorkerAnswer.PartOneofCase.Rows:
                    await sink.RowsAsync(part.Rows, stop).ConfigureAwait(false);
                    break;
                case WorkerAnswer.PartOneofCase.Notice:
                    sink.Notice(part.Notice);
                    break;
                case WorkerAnswer.PartOneofCase.Outcome:
                    return new QueryOutcome(part.Outcome.ExecutedSql, part.Outcome.Rows);
                default:
                    throw WorkerMessages.Exception(part.Failure ?? new WorkerFailure { Error = "none" }, stop);
            }
        }
    }

    private async Task<WorkerAnswer> NextAsync()
    {
        try
        {
            WorkerAnswer part = await messages.ReadAsync(WorkerAnswer.Parser, CancellationToken.None)
                .ConfigureAwait(false) ?? throw new EndOfStreamException("the process has ended");
            IsReady = part.PartCase is WorkerAnswer.PartOneofCase.Outcome or WorkerAnswer.PartOneofCase.Failure;
            return part;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new WorkerLostException(e);
        }
    }

    private async Task DrainAsync()
    {
        try
        {
            while (!IsReady)
                await NextAsync().ConfigureAwait(false);
        }
        catch (WorkerLostException)
        {
            Kill(null);
        }
    }

    private void Leave(CancellationTokenSource overdue, TimeSpan grace)
    {
        overdue.CancelAfter(grace);
        _ = TryWriteAsync(new WorkerOrder { Cancel = true });
    }

    private async Task TryWriteAsync(WorkerOrder order)
    {
        try
        {
            await messages.WriteAsync(order, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It has ended: then there is nothing to tell it.
        }
    }

    private Exception Ended(Exception e, CancellationToken stop) =>
        killedFor is { } why && !stop.IsCancellationRequested ? why
        : stop.IsCancellationRequested ? new OperationCanceledException("The query was cancelled.", e, stop)
        : new StoreException(StoreError.OutOfMemory,
            "the process that ran the query has ended, most likely for want of memory; make smaller lists and texts",
            e);

    /// <summary>The process has ended, or does not speak as it should.</summary>
    private sealed class WorkerLostException(Exception cause) : Exception(cause.Message, cause);
}
