using Google.Protobuf;
using Grpc.Core;
using SideEye.Grafana.Calls;
using SideEye.Plugin.Settings;
using SideEye.Protocol;
using SideEye.Protocol.ControlPlane;
using Apache.Arrow;

namespace SideEye.Plugin.Answers;

/// <summary>A frame as it came: its columns in words, and its rows.</summary>
internal sealed record ReceivedFrame(FrameHeader Header)
{
    /// <summary>The columns as Arrow has them; null until rows or an empty table came.</summary>
    internal Schema? Schema { get; set; }

    /// <summary>The rows.</summary>
    internal List<RecordBatch> Batches { get; } = [];

    /// <summary>How many.</summary>
    internal long Rows => Batches.Sum(batch => (long)batch.Length);
}

/// <summary>What the control plane answered to one query.</summary>
internal sealed record Answer(IReadOnlyList<ReceivedFrame> Frames, Trailer Trailer)
{
    /// <summary>Asks, and reads all of the answer.</summary>
    /// <exception cref="QueryException">It cannot be had; the message says why.</exception>
    internal static async Task<Answer> AskAsync(
        ControlPlaneLink link, QueryRequest request, PluginLimits limits, CancellationToken stop)
    {
        try
        {
            using AsyncServerStreamingCall<QueryResponse> call = link.Client.Query(
                request, deadline: DateTime.UtcNow + limits.QueryTimeMax, cancellationToken: stop);
            return await ReadAsync(call.ResponseStream, limits, stop);
        }
        catch (RpcException e) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException("the query was cancelled", e, stop);
        }
        catch (RpcException e)
        {
            throw RpcErrors.ToQueryError(e, link.Settings.Url);
        }
        catch (InvalidDataException e)
        {
            throw Broken.Answer(e.Message, e);
        }
    }

    private static async Task<Answer> ReadAsync(
        IAsyncStreamReader<QueryResponse> parts, PluginLimits limits, CancellationToken stop)
    {
        List<ReceivedFrame> frames = [];
        long bytes = 0;
        long cells = 0;
        await foreach (QueryResponse part in parts.ReadAllAsync(stop))
        {
            switch (part.PartCase)
            {
                case QueryResponse.PartOneofCase.Frame:
                    if (frames.Count == limits.FramesMax || part.Frame.Columns.Count > limits.ColumnsMax)
                        throw Broken.Answer($"more than {limits.FramesMax} frames or {limits.ColumnsMax} columns");
                    bytes = Counted(bytes, part.CalculateSize(), limits);
                    frames.Add(new ReceivedFrame(part.Frame));
                    break;
                case QueryResponse.PartOneofCase.Rows:
                    bytes = Counted(bytes, part.Rows.Length, limits);
                    cells += Add(frames, part.Rows, limits);
                    if (frames[^1].Rows > limits.RowsMax || cells > limits.CellsMax)
                        throw TooLarge($"{limits.RowsMax:N0} rows or {limits.CellsMax:N0} values");
                    break;
                case QueryResponse.PartOneofCase.Trailer:
                    return new Answer(frames, part.Trailer);
            }
        }
        throw Broken.Answer("it ended before it was complete");
    }

    private static long Counted(long bytes, int more, PluginLimits limits) =>
        bytes + more <= limits.AnswerBytesMax
            ? bytes + more : throw TooLarge($"{limits.AnswerBytesMax >> 20} MiB");

    private static QueryException TooLarge(string most) =>
        new($"The answer has more than {most}: aggregate, or select fewer columns or rows.", 413);

    /// <summary>Adds rows to the frame that was begun last.</summary>
    /// <returns>How many values these are.</returns>
    private static long Add(List<ReceivedFrame> frames, ByteString rows, PluginLimits limits)
    {
        if (frames.Count == 0)
            throw Broken.Answer("rows without a frame");
        ReceivedFrame frame = frames[^1];
        IReadOnlyList<RecordBatch> batches = ArrowRows.Decode(rows, out Schema schema);
        if (frame.Schema is Schema first && !IsSame(first, schema))
            throw Broken.Answer($"the columns of the frame {frame.Header.Name} change on the way");
        if (schema.FieldsList.Count > limits.ColumnsMax)
            throw Broken.Answer($"more than {limits.ColumnsMax} columns");
        foreach (RecordBatch batch in batches)
            ArrowCheck.Check(batch);
        frame.Schema ??= schema;
        frame.Batches.AddRange(batches);
        return batches.Sum(batch => (long)batch.Length * Math.Max(batch.ColumnCount, 1));
    }

    private static bool IsSame(Schema one, Schema other) =>
        one.FieldsList.Count == other.FieldsList.Count
        && one.FieldsList.Zip(other.FieldsList)
            .All(pair => pair.First.Name == pair.Second.Name && pair.First.DataType.Name == pair.Second.DataType.Name);
}
