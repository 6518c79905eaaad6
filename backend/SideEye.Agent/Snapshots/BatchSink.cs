using System.Threading.Channels;
using Apache.Arrow;
using SideEye.Capture.Rows;
using SideEye.Protocol;
using SideEye.Protocol.Agent;

namespace SideEye.Agent.Snapshots;

/// <summary>
/// Rows on their way to the caller: the thread that decodes waits whenever the caller is slower, so that a snapshot is
/// never in memory as messages.
/// </summary>
/// <param name="waitingMax">Messages that may wait.</param>
/// <param name="stop">Ends the waiting.</param>
internal sealed class BatchSink(int waitingMax, CancellationToken stop) : ITableSink
{
    private readonly Channel<Batch> batches = Channel.CreateBounded<Batch>(
        new BoundedChannelOptions(waitingMax) { SingleReader = true, SingleWriter = true });

    /// <summary>The messages.</summary>
    public ChannelReader<Batch> Batches => batches.Reader;

    /// <summary>No more messages come.</summary>
    /// <param name="cause">Why, when it was not the end.</param>
    public void Complete(Exception? cause) => batches.Writer.TryComplete(cause);

    /// <inheritdoc/>
    public void Declare(string table, Apache.Arrow.Schema schema) =>
        Put(new Batch { Table = table, Arrow = ArrowRows.Encode(schema) });

    /// <inheritdoc/>
    public void Append(string table, RecordBatch batch)
    {
        using (batch)
            Put(new Batch { Table = table, Arrow = ArrowRows.Encode(batch) });
    }

    private void Put(Batch batch)
    {
        if (!batches.Writer.TryWrite(batch))
            batches.Writer.WriteAsync(batch, stop).AsTask().GetAwaiter().GetResult();
    }
}
