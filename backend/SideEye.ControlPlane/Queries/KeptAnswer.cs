using Google.Protobuf;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Queries;

/// <summary>An answer that can be given once more.</summary>
/// <param name="Parts">Frames, rows and notices, in the order in which they came.</param>
/// <param name="Bytes">How many bytes they have, about.</param>
/// <param name="Outcome">What the query came to.</param>
internal sealed record KeptAnswer(IReadOnlyList<IMessage> Parts, long Bytes, QueryOutcome Outcome)
{
    /// <summary>Gives it.</summary>
    public ValueTask SendAsync(IQuerySink sink, CancellationToken stop) => SendAsync(Parts, sink, stop);

    /// <summary>Gives parts of an answer. They may go to several callers at a time: nobody changes them.</summary>
    public static async ValueTask SendAsync(IEnumerable<IMessage> parts, IQuerySink sink, CancellationToken stop)
    {
        foreach (IMessage part in parts)
        {
            if (part is Notice notice)
                sink.Notice(notice);
            else if (part is FrameHeader header)
                await sink.BeginFrameAsync(header, stop).ConfigureAwait(false);
            else
                await sink.RowsAsync(((QueryResponse)part).Rows, stop).ConfigureAwait(false);
        }
    }
}
