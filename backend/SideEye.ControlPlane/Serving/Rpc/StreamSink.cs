using Google.Protobuf;
using Grpc.Core;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving.Rpc;

/// <summary>Sends frames over gRPC; a slow caller slows the query down, and one that takes nothing ends it.</summary>
internal sealed class StreamSink(IServerStreamWriter<QueryResponse> stream, TimeSpan writeMax) : IQuerySink
{
    /// <inheritdoc/>
    public ValueTask BeginFrameAsync(FrameHeader header, CancellationToken stop) =>
        SendAsync(new QueryResponse { Frame = header }, stop);

    /// <inheritdoc/>
    public ValueTask RowsAsync(ByteString arrow, CancellationToken stop) =>
        SendAsync(new QueryResponse { Rows = arrow }, stop);

    /// <inheritdoc/>
    public void Notice(Notice notice) => throw new NotSupportedException("notices are in the trailer");

    /// <summary>Sends a message.</summary>
    public async ValueTask SendAsync(QueryResponse message, CancellationToken stop)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(writeMax);
        try
        {
            await stream.WriteAsync(message, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new RpcException(new Status(
                StatusCode.DeadlineExceeded, $"the answer was not taken within {writeMax.TotalSeconds:0} s"));
        }
    }
}
