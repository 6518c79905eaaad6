using System.Globalization;
using System.Text.Json.Nodes;
using SideEye.Grafana.Calls;
using SideEye.Grafana.Frames;
using SideEye.Plugin.Answers;
using SideEye.Plugin.Queries;
using SideEye.Protocol.ControlPlane;

namespace SideEye.Plugin.Shapes;

/// <summary>An answer of the control plane as the frames that a panel expects.</summary>
internal static class FrameShaper
{
    /// <summary>Makes the frames.</summary>
    /// <exception cref="QueryException">The rows cannot become what was asked for.</exception>
    internal static IReadOnlyList<DataFrame> Shape(
        Answer answer, PanelFormat format, QueryKind kind, ColumnDress dress, PluginLimits limits)
    {
        FrameMeta meta = MetaOf(answer.Trailer, limits);
        List<DataFrame> tables = [.. answer.Frames.Select(frame => TableOf(frame, meta, dress, limits))];
        if (tables.Count == 0)
            tables.Add(new DataFrame("", [], meta));
        try
        {
            return format switch
            {
                PanelFormat.Timeseries => [.. tables.Select(table => TimeSeries.ToWide(table, FrameLimits.Default))],
                PanelFormat.Multi => [.. tables.SelectMany(table => TimeSeries.ToMulti(table, FrameLimits.Default))],
                PanelFormat.Numeric => [.. tables.Select(Numbers.From)],
                PanelFormat.Logs => [.. tables.Select(table => LogLines.From(table, answer.Trailer))],
                PanelFormat.Flamegraph => [FlameGraph.From(tables[0], limits)],
                PanelFormat.Nodegraph => NodeGraph.From(tables),
                PanelFormat.Annotations => [.. tables.Select(Annotations.From)],
                _ when kind == QueryKind.Variables => [.. tables.Select(VariableNames.From)],
                _ => [.. tables.Select(Table)],
            };
        }
        catch (FrameShapeException e)
        {
            throw new QueryException($"The rows cannot be shown as {Word(format)}: {e.Message}.", cause: e);
        }
    }

    private static string Word(PanelFormat format) => format switch
    {
        PanelFormat.Timeseries or PanelFormat.Multi => "time series",
        PanelFormat.Numeric => "numbers",
        PanelFormat.Logs => "logs",
        PanelFormat.Flamegraph => "a flame graph",
        PanelFormat.Nodegraph => "a node graph",
        PanelFormat.Annotations => "annotations",
        _ => "a table",
    };

    private static DataFrame Table(DataFrame frame) =>
        frame.With((frame.Meta ?? new FrameMeta()) with { PreferredVisualisationType = "table" });

    private static DataFrame TableOf(ReceivedFrame frame, FrameMeta meta, ColumnDress dress, PluginLimits limits)
    {
        if (frame.Schema is null)
            return new DataFrame(frame.Header.Name, [], meta);
        Dictionary<string, Column> columns = [];
        foreach (Column column in frame.Header.Columns)
            columns.TryAdd(column.Name, column);
        List<Field> fields = [];
        for (int i = 0; i < frame.Schema.FieldsList.Count; i++)
        {
            string name = frame.Schema.FieldsList[i].Name;
            Column column = columns.GetValueOrDefault(name) ?? new Column { Name = name };
            fields.Add(ColumnReader.Read(frame, i, column, limits)
                .With(config: dress.ConfigOf(column, frame.Header.Columns)));
        }
        return new DataFrame(frame.Header.Name, fields, meta);
    }

    private static FrameMeta MetaOf(Trailer trailer, PluginLimits limits)
    {
        JsonObject custom = [];
        if (trailer.SnapshotId.Length > 0)
        {
            custom["snapshotId"] = trailer.SnapshotId;
            custom["capturedAt"] = DateTime.UnixEpoch.AddTicks(trailer.CapturedAtUnixNs / 100)
                .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        }
        return new FrameMeta
        {
            ExecutedQueryString = trailer.ExecutedSql.Length > 0 ? trailer.ExecutedSql : null,
            Custom = custom.Count > 0 ? custom : null,
            Notices = trailer.Notices.Count == 0
                ? null : [.. trailer.Notices.Take(limits.NoticesMax).Select(notice => NoticeOf(notice))],
        };
    }

    private static FrameNotice NoticeOf(Notice notice) => new(
        notice.Severity switch
        {
            "error" => NoticeSeverity.Error,
            "warning" => NoticeSeverity.Warning,
            _ => NoticeSeverity.Notice,
        },
        notice.Text);
}
