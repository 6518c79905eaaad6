using Google.Protobuf;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Queries;

/// <summary>
/// Holds an answer back until it is complete, so that it can be given to others too, whatever time the first of them
/// takes. One that becomes too large to keep is passed on as it comes.
/// </summary>
/// <param name="sink">Whose query it is.</param>
/// <param name="bytesMax">Bytes to keep.</param>
/// <param name="tooLarge">Called once when there are more.</param>
internal sealed class AnswerRecorder(IQuerySink sink, long bytesMax, Action tooLarge) : IQuerySink
{
    private readonly List<IMessage> parts = [];
    private long bytes;
    private bool passesOn;

    /// <inheritdoc/>
    public ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop) => AddAsync(header, stop);

    /// <inheritdoc/>
    public ValueTask RowsAsync(ByteString arrow, CancellationToken stop) =>
        passesOn ? sink.RowsAsync(arrow, stop) : AddAsync(new QueryResponse { Rows = arrow }, stop);

    /// <inheritdoc/>
    public void Notice(Notice notice)
    {
        if (passesOn)
            sink.Notice(notice);
        else
            parts.Add(notice);
    }

    /// <summary>The query has ended: what was kept, for its own caller and others; null when it was passed on.
    /// </summary>
    public KeptAnswer? Complete(QueryOutcome outcome) => passesOn ? null : new KeptAnswer(parts, bytes, outcome);

    private async ValueTask AddAsync(IMessage part, CancellationToken stop)
    {
        if (!passesOn && (bytes += part.CalculateSize()) <= bytesMax)
        {
            parts.Add(part);
            return;
        }
        if (!passesOn)
        {
            passesOn = true;
            tooLarge();
            await KeptAnswer.SendAsync(parts, sink, stop).ConfigureAwait(false);
            parts.Clear();
        }
        await KeptAnswer.SendAsync([part], sink, stop).ConfigureAwait(false);
    }
}
