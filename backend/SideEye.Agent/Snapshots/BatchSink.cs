using System.Threading.Channels;
using Apache.Arrow;
using SideEye.Capture.Rows;
using SideEye.Protocol;
using SideEye.Protocol.Agent;

namespace SideEye.Agent.Snapshots;

/// <summary>
/// Rows on their way to the caller: the thread that decodes waits whenever the caller is slower, so that a snapshot is
/// never in memory as a whole. Whoever sends them makes messages of them.
/// </summary>
/// <param name="waitingMax">Batches of rows that may wait.</param>
/// <param name="stop">Ends the waiting.</param>
internal sealed class BatchSink(int waitingMax, CancellationToken stop) : ITableSink, IDisposable
{
    private readonly Channel<(string Table, Apache.Arrow.Schema Schema, RecordBatch? Rows)> waiting =
        Channel.CreateBounded<(string, Apache.Arrow.Schema, RecordBatch?)>(
            new BoundedChannelOptions(waitingMax) { SingleReader = true, SingleWriter = true });

    /// <summary>The messages, until no more come.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async IAsyncEnumerable<Batch> MessagesAsync()
    {
        await foreach ((string table, Apache.Arrow.Schema schema, RecordBatch? rows) in
            waiting.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            using (rows)
            {
                yield return new Batch
                {
                    Table = table, Arrow = rows is null ? ArrowRows.Encode(schema) : ArrowRows.Encode(rows),
                };
            }
        }
    }

    /// <summary>No more messages come.</summary>
    /// <param name="cause">Why, when it was not the end.</param>
    public void Complete(Exception? cause) => waiting.Writer.TryComplete(cause);

    /// <inheritdoc/>
    public void Declare(string table, Apache.Arrow.Schema schema) => Put(table, schema, null);

    /// <inheritdoc/>
    public void Append(string table, RecordBatch batch) => Put(table, batch.Schema, batch);

    /// <summary>Lets go of what nobody took.</summary>
    public void Dispose()
    {
        while (waiting.Reader.TryRead(out (string Table, Apache.Arrow.Schema Schema, RecordBatch? Rows) left))
            left.Rows?.Dispose();
    }

    private void Put(string table, Apache.Arrow.Schema schema, RecordBatch? rows)
    {
        if (waiting.Writer.TryWrite((table, schema, rows)))
            return;
        try
        {
            waiting.Writer.WriteAsync((table, schema, rows), stop).AsTask().GetAwaiter().GetResult();
        }
        catch
        {
            rows?.Dispose();
            throw;
        }
    }
}
