using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SideEye.Grafana.Calls;
using SideEye.Grafana.Frames;
using SideEye.Grafana.Hosting;
using SideEye.Grafana.Wire;

namespace SideEye.Grafana.Endpoints;

/// <summary>Queries: each is answered for itself, so that one that fails leaves the others alone.</summary>
internal sealed class DataEndpoint(PluginHandlers handlers, HostLimits limits, ILogger<DataEndpoint> log)
    : Data.DataBase
{
    private const int Done = 200;

    /// <inheritdoc/>
    public override async Task<QueryDataResponse> QueryData(QueryDataRequest request, ServerCallContext context)
    {
        PluginCall call = CallReader.Call(request.PluginContext, request.Headers);
        ConcurrentDictionary<string, DataResponse> answers = [];
        await ForEachAsync(request.Queries, async (query, stop) =>
        {
            Outcome outcome = await AnswerAsync(call, query, stop);
            DataResponse answer = new()
            {
                Status = outcome.Status, Error = outcome.Error, ErrorSource = outcome.Source,
            };
            answer.Frames.AddRange(outcome.Frames.Select(frame => Bytes(frame)));
            answers[query.RefId] = answer;
        }, context.CancellationToken);
        QueryDataResponse response = new();
        foreach ((string refId, DataResponse answer) in answers)
            response.Responses.Add(refId, answer);
        return response;
    }

    /// <inheritdoc/>
    public override async Task QueryChunkedData(
        QueryChunkedDataRequest request, IServerStreamWriter<QueryChunkedDataResponse> responseStream,
        ServerCallContext context)
    {
        PluginCall call = CallReader.Call(request.PluginContext, request.Headers);
        using SemaphoreSlim turn = new(1);
        await ForEachAsync(request.Queries, async (query, stop) =>
        {
            Outcome outcome = await AnswerAsync(call, query, stop);
            foreach (QueryChunkedDataResponse chunk in Chunks(query.RefId, outcome))
            {
                await turn.WaitAsync(stop);
                try
                {
                    await responseStream.WriteAsync(chunk, stop);
                }
                finally
                {
                    turn.Release();
                }
            }
        }, context.CancellationToken);
    }

    private async Task ForEachAsync(
        RepeatedField<DataQuery> queries, Func<DataQuery, CancellationToken, ValueTask> answer, CancellationToken stop)
    {
        try
        {
            await Parallel.ForEachAsync(
                queries,
                new ParallelOptions { MaxDegreeOfParallelism = limits.QueriesAtOnceMax, CancellationToken = stop },
                answer);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the request was cancelled"));
        }
    }

    private async Task<Outcome> AnswerAsync(PluginCall call, DataQuery query, CancellationToken stop)
    {
        if (handlers.Queries is null)
            throw new RpcException(new Status(StatusCode.Unimplemented, "this plugin answers no queries"));
        try
        {
            IReadOnlyList<DataFrame> frames =
                await handlers.Queries.QueryAsync(call, CallReader.Query(query), stop);
            return new Outcome([.. frames.Select(frame => frame.For(query.RefId))], Done, "", "");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (QueryException e)
        {
            string source = e.Origin == ErrorSource.Plugin ? "plugin" : "downstream";
            return new Outcome([], e.Status, e.Message, source);
        }
        catch (Exception e)
        {
            // The person in front of the panel sees that it is our fault, and whoever reads the log sees why.
            HostLog.QueryFailed(log, query.RefId, e);
            return new Outcome([], 500, $"the plugin failed: {e.Message} (Grafana's log says more)", "plugin");
        }
    }

    private IEnumerable<QueryChunkedDataResponse> Chunks(string refId, Outcome outcome)
    {
        if (outcome.Error.Length > 0 || outcome.Frames.Count == 0)
        {
            yield return new QueryChunkedDataResponse
            {
                RefId = refId, Status = outcome.Status, Error = outcome.Error, ErrorSource = outcome.Source,
            };
        }
        for (int i = 0; i < outcome.Frames.Count; i++)
        {
            DataFrame frame = outcome.Frames[i];
            for (int first = 0; first == 0 || first < frame.Rows; first += limits.ChunkRowsMax)
            {
                DataFrame part = frame.Rows <= limits.ChunkRowsMax
                    ? frame : frame.Slice(first, Math.Min(limits.ChunkRowsMax, frame.Rows - first));
                yield return new QueryChunkedDataResponse
                {
                    RefId = refId, FrameId = $"{refId}-{i}", Frame = Bytes(part), Status = Done,
                };
            }
        }
    }

    private static ByteString Bytes(DataFrame frame) => UnsafeByteOperations.UnsafeWrap(ArrowFrames.Encode(frame));

    private sealed record Outcome(IReadOnlyList<DataFrame> Frames, int Status, string Error, string Source);
}
