using Google.Protobuf;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Queries;

/// <summary>Takes the answer of a query as it is made; a slow taker slows the query down.</summary>
public interface IQuerySink
{
    /// <summary>Begins a frame; its rows follow.</summary>
    ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop);

    /// <summary>Rows of the frame that was begun last, as an Arrow IPC stream. Each frame gets at least one, so that
    /// the types of its columns are known also when there are no rows.</summary>
    ValueTask RowsAsync(ByteString arrow, CancellationToken stop);

    /// <summary>Something that people should know about the answer.</summary>
    void Notice(Notice notice);
}
