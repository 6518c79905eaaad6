namespace SideEye.Grafana.Frames;

/// <summary>Tables turned into time series that panels draw and alert rules evaluate.</summary>
public static class TimeSeries
{
    /// <summary>
    /// One frame: a time field, and for each number column and each combination of the text columns a field of
    /// doubles, which is null where it has no row. Without rows, a frame without fields.
    /// </summary>
    /// <exception cref="FrameShapeException">There is no time or number, or there are too many series.</exception>
    public static DataFrame ToWide(DataFrame table, FrameLimits limits)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(limits);
        FrameMeta meta = MetaOf(table, FrameKinds.TimeSeriesWide);
        if (table.Rows == 0)
            return Empty(table, meta);
        SeriesRows rows = SeriesRows.Read(table, limits);
        List<long?> times = [];
        int[] at = new int[table.Rows];
        foreach (int row in rows.Order)
        {
            long time = rows.Time.TimeAt(row)!.Value;
            if (times.Count == 0 || times[^1] != time)
                times.Add(time);
            at[row] = times.Count - 1;
        }
        long cells = (long)times.Count * rows.Labels.Count * rows.Values.Count;
        if (cells > limits.CellsMax)
        {
            throw new FrameShapeException(
                $"{times.Count:N0} times of {rows.Labels.Count * rows.Values.Count:N0} series are more than "
                + $"{limits.CellsMax:N0} values: group by $__timeGroup or by fewer texts");
        }
        List<Field> fields = [Field.OfTimes(rows.Time.Name, times).Nullable(false).With(config: rows.Time.Config)];
        int replaced = 0;
        foreach (Field value in rows.Values)
        {
            double?[][] series = [.. rows.Labels.Select(_ => new double?[times.Count])];
            bool[][] taken = [.. rows.Labels.Select(_ => new bool[times.Count])];
            foreach (int row in rows.Order)
            {
                int which = rows.SeriesOfRow[row];
                replaced += taken[which][at[row]] ? 1 : 0;
                taken[which][at[row]] = true;
                series[which][at[row]] = value.NumberAt(row);
            }
            fields.AddRange(series.Select((values, i) => ValueField(value, values, rows.Labels[i])));
        }
        return new DataFrame(table.Name, fields, replaced > 0 ? WithReplaced(meta, replaced) : meta)
        {
            RefId = table.RefId,
        };
    }

    /// <summary>
    /// A frame for each series: as <see cref="ToWide"/>, but with the times of that series alone. Without rows, one
    /// frame without fields.
    /// </summary>
    /// <exception cref="FrameShapeException">There is no time or number, or there are too many series.</exception>
    public static IReadOnlyList<DataFrame> ToMulti(DataFrame table, FrameLimits limits)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(limits);
        FrameMeta meta = MetaOf(table, FrameKinds.TimeSeriesMulti);
        if (table.Rows == 0)
            return [Empty(table, meta)];
        SeriesRows rows = SeriesRows.Read(table, limits);
        ILookup<int, int> bySeries = rows.Order.ToLookup(row => rows.SeriesOfRow[row]);
        List<DataFrame> frames = [];
        for (int series = 0; series < rows.Labels.Count; series++)
        {
            int[] of = [.. bySeries[series]];
            Field time = Field.OfTimes(rows.Time.Name, of.Select(rows.Time.TimeAt)).Nullable(false)
                .With(config: rows.Time.Config);
            foreach (Field value in rows.Values)
            {
                Field values = ValueField(value, of.Select(value.NumberAt), rows.Labels[series]);
                frames.Add(new DataFrame(table.Name, [time, values], meta) { RefId = table.RefId });
            }
        }
        return frames;
    }

    private static Field ValueField(
        Field source, IEnumerable<double?> values, IReadOnlyDictionary<string, string> labels) =>
        Field.OfNumbers(source.Name, values).Nullable(true).With(labels: labels, config: source.Config);

    private static DataFrame Empty(DataFrame table, FrameMeta meta) =>
        new(table.Name, [], meta) { RefId = table.RefId };

    private static FrameMeta MetaOf(DataFrame table, string type) =>
        (table.Meta ?? new FrameMeta()) with { Type = type, TypeVersion = FrameKinds.Version };

    private static FrameMeta WithReplaced(FrameMeta meta, int replaced) => meta with
    {
        Notices =
        [
            .. meta.Notices ?? [],
            new FrameNotice(
                NoticeSeverity.Warning,
                $"{replaced:N0} rows have another row's time and texts; the last one counts. Aggregate in the query."),
        ],
    };
}
