using SideEye.Grafana.Calls;
using SideEye.Grafana.Frames;
using SideEye.Plugin.Answers;
using SideEye.Plugin.Settings;
using SideEye.Plugin.Shapes;
using SideEye.Plugin.Streams;

namespace SideEye.Plugin.Queries;

/// <summary>Panel query to control plane, rows to frames.</summary>
internal sealed class QueryHandler(Sources sources, Counters counters, PluginLimits limits) : IQueryHandler
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<DataFrame>> QueryAsync(PluginCall call, PanelQuery query, CancellationToken stop)
    {
        using Counters.Running running = counters.Begin(call.Headers.IsFromAlert ? "alert" : "panel");
        try
        {
            using InstanceCache<ControlPlaneLink>.Lease lease = sources.Take(call);
            ReadQuery read = QueryReader.Read(call, query, lease.Value.Settings, limits);
            IReadOnlyList<DataFrame> frames = await RunAsync(lease.Value, call, read, stop);
            running.Succeeded(frames.Sum(frame => (long)frame.Rows));
            return read.Document.Live ? WithChannel(frames, call.DataSource!.Uid, query.Json) : frames;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            running.Cancelled();
            throw;
        }
    }

    /// <summary>Asks the control plane and shapes what comes.</summary>
    internal async Task<IReadOnlyList<DataFrame>> RunAsync(
        ControlPlaneLink link, PluginCall call, ReadQuery read, CancellationToken stop)
    {
        Answer answer = await Answer.AskAsync(link, read.Request, limits, stop);
        ColumnDress dress = new(call.DataSource!.Uid, call.DataSource.Name, answer.Trailer.SnapshotId, limits);
        return FrameShaper.Shape(answer, read.Format, read.Request.Kind, dress, limits);
    }

    /// <summary>Names the channel that brings the answer anew with each snapshot; the browser follows by itself.
    /// </summary>
    private static IReadOnlyList<DataFrame> WithChannel(
        IReadOnlyList<DataFrame> frames, string sourceUid, ReadOnlyMemory<byte> json)
    {
        if (frames.Count == 0)
            return frames;
        FrameMeta meta = frames[0].Meta ?? new FrameMeta();
        string? channel = StreamPath.ChannelOf(sourceUid, json);
        meta = channel is not null ? meta with { Channel = channel } : meta with
        {
            Notices =
            [
                .. meta.Notices ?? [],
                new FrameNotice(
                    NoticeSeverity.Warning,
                    $"The query is too long for a live channel, whose name has {StreamPath.CharactersMax} characters; "
                    + "let the dashboard refresh instead."),
            ],
        };
        return [frames[0].With(meta), .. frames.Skip(1)];
    }
}
