using Google.Protobuf;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving.Answering;

/// <summary>Passes frames on and keeps notices for the trailer.</summary>
internal sealed class NoticedSink(IQuerySink sink, int noticesMax) : IQuerySink
{
    /// <summary>What people should know.</summary>
    public List<Notice> Notices { get; } = [];

    /// <inheritdoc/>
    public ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop) => sink.BeginFrameAsync(header, stop);

    /// <inheritdoc/>
    public ValueTask RowsAsync(ByteString arrow, CancellationToken stop) => sink.RowsAsync(arrow, stop);

    /// <inheritdoc/>
    public void Notice(Notice notice)
    {
        if (Notices.Count < noticesMax)
            Notices.Add(notice);
    }
}
