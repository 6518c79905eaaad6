using Apache.Arrow;
using Apache.Arrow.Ipc;
using Google.Protobuf;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>The answer of a query as one Arrow IPC stream: the rows of the first frame.</summary>
internal sealed class ArrowAnswer(Stream output) : IQuerySink, IDisposable
{
    private ArrowStreamWriter? writer;
    private int frames;

    /// <inheritdoc/>
    public ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop)
    {
        frames++;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask RowsAsync(ByteString arrow, CancellationToken stop)
    {
        if (frames > 1)
            return;
        IReadOnlyList<RecordBatch> batches = ArrowRows.Decode(arrow, out Schema schema);
        if (writer is null)
        {
            writer = new ArrowStreamWriter(output, schema, leaveOpen: true);
            await writer.WriteStartAsync(stop).ConfigureAwait(false);
        }
        foreach (RecordBatch batch in batches)
        {
            using (batch)
                await writer.WriteRecordBatchAsync(batch, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Arrow has no place for it.</summary>
    public void Notice(Notice notice)
    {
    }

    /// <summary>Ends the stream.</summary>
    public Task CompleteAsync(CancellationToken stop) => writer?.WriteEndAsync(stop) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => writer?.Dispose();
}
