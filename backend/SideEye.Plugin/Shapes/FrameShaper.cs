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
    /// <param name="answer">The rows.</param>
    /// <param name="format">What they become; auto is what rules and expressions understand.</param>
    /// <param name="kind">What was asked for.</param>
    /// <param name="dress">How columns look.</param>
    /// <param name="limits">How much of it is shown.</param>
    /// <exception cref="QueryException">The rows cannot become what was asked for.</exception>
    internal static IReadOnlyList<DataFrame> Shape(
        Answer answer, PanelFormat format, QueryKind kind, ColumnDress dress, PluginLimits limits)
    {
        try
        {
            FrameMeta meta = MetaOf(answer.Trailer, limits);
            List<DataFrame> tables = [.. answer.Frames.Select(frame => TableOf(frame, meta, dress, limits))];
            if (tables.Count == 0)
                tables.Add(new DataFrame("", [], meta));
            if (format == PanelFormat.Auto)
                format = HasTime(tables[0]) ? PanelFormat.Timeseries : PanelFormat.Numeric;
            return Shape(tables, answer.Trailer, format, kind, limits);
        }
        // The Arrow library has no exceptions of its own for what does not fit together.
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or ArithmeticException
            or InvalidCastException or NotSupportedException or InvalidOperationException)
        {
            throw Broken.Answer(e.Message, e);
        }
    }

    private static bool HasTime(DataFrame table) => table.Fields.Any(field => field.Type == FieldType.Time);

    private static IReadOnlyList<DataFrame> Shape(
        List<DataFrame> tables, Trailer trailer, PanelFormat format, QueryKind kind, PluginLimits limits)
    {
        try
        {
            return format switch
            {
                PanelFormat.Timeseries =>
                    [.. tables.Select(table => AsGraph(TimeSeries.ToWide(table, FrameLimits.Default)))],
                PanelFormat.Multi =>
                    [.. tables.SelectMany(table => TimeSeries.ToMulti(table, FrameLimits.Default)).Select(AsGraph)],
                PanelFormat.Numeric => [.. tables.Select(Numbers.From)],
                PanelFormat.Logs => [.. tables.Select(table => LogLines.From(table, trailer))],
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

    private static DataFrame AsGraph(DataFrame frame) =>
        frame.With((frame.Meta ?? new FrameMeta()) with { PreferredVisualisationType = "graph" });

    private static DataFrame Table(DataFrame frame) => new(
        frame.Name, [.. frame.Fields.Select(AgeColors.InTable)],
        (frame.Meta ?? new FrameMeta()) with { PreferredVisualisationType = "table" });

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
        Notice[] notices = [.. trailer.Notices.Take(limits.NoticesMax)];
        if (notices.Length > 0)
            custom["noticeKinds"] = new JsonArray([.. notices.Select(notice => (JsonNode)limits.Cut(notice.Kind))]);
        return new FrameMeta
        {
            ExecutedQueryString = trailer.ExecutedSql.Length > 0
                ? PluginLimits.Cut(trailer.ExecutedSql, limits.SqlCharactersMax) : null,
            Custom = custom.Count > 0 ? custom : null,
            Notices = notices.Length == 0 ? null : [.. notices.Select(notice => NoticeOf(notice, limits))],
        };
    }

    private static FrameNotice NoticeOf(Notice notice, PluginLimits limits) => new(
        notice.Severity switch
        {
            "error" => NoticeSeverity.Error,
            "warning" => NoticeSeverity.Warning,
            _ => NoticeSeverity.Notice,
        },
        limits.Cut(notice.Text));
}
