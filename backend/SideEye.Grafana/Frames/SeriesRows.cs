namespace SideEye.Grafana.Frames;

/// <summary>
/// A table read as time series: the first time column is when, text columns say which series, numbers are values.
/// </summary>
internal sealed class SeriesRows
{
    private readonly Dictionary<string, int> seriesByLabels = [];
    private readonly FrameLimits limits;

    private SeriesRows(DataFrame frame, FrameLimits limits)
    {
        this.limits = limits;
        Time = frame.Fields.FirstOrDefault(field => field.Type == FieldType.Time)
            ?? throw new FrameShapeException(
                "a time series needs a column of times, and there is none: select a TIMESTAMP, or choose the format "
                + "table");
        Dimensions = [.. frame.Fields.Where(field => field.Type is FieldType.String or FieldType.Enum)];
        Values = [.. frame.Fields.Where(field => field.IsNumber || field.Type == FieldType.Boolean)];
        if (Values.Count == 0)
            throw new FrameShapeException("a time series needs a column of numbers, and there is none");
        Order = AscendingRows();
        SeriesOfRow = new int[frame.Rows];
        foreach (int row in Order)
            SeriesOfRow[row] = SeriesAt(row);
    }

    internal Field Time { get; }

    internal IReadOnlyList<Field> Dimensions { get; }

    internal IReadOnlyList<Field> Values { get; }

    /// <summary>Rows that have a time, earliest first.</summary>
    internal IReadOnlyList<int> Order { get; }

    /// <summary>Which of <see cref="Labels"/> each row has.</summary>
    internal int[] SeriesOfRow { get; }

    /// <summary>The label sets, in the order in which they come.</summary>
    internal List<IReadOnlyDictionary<string, string>> Labels { get; } = [];

    internal static SeriesRows Read(DataFrame frame, FrameLimits limits) => new(frame, limits);

    private List<int> AscendingRows()
    {
        List<int> rows = [.. Enumerable.Range(0, Time.Length).Where(row => Time.TimeAt(row) is not null)];
        // Stable, so that of two rows with one time the later one stays the later one.
        return [.. rows.OrderBy(row => Time.TimeAt(row))];
    }

    private int SeriesAt(int row)
    {
        string key = string.Join('\u001f', Dimensions.Select(field => field.TextAt(row) ?? ""));
        if (seriesByLabels.TryGetValue(key, out int known))
            return known;
        if ((Labels.Count + 1) * Values.Count > limits.SeriesMax)
        {
            throw new FrameShapeException(
                $"the rows make more than {limits.SeriesMax} time series: each combination of the text columns "
                + $"{string.Join(", ", Dimensions.Select(field => field.Name))} is one; group by fewer");
        }
        Dictionary<string, string> labels = [];
        foreach (Field field in Dimensions)
            labels[field.Name] = field.TextAt(row) ?? "";
        Labels.Add(labels);
        seriesByLabels.Add(key, Labels.Count - 1);
        return Labels.Count - 1;
    }
}
