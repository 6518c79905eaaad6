using SideEye.Grafana.Frames;

namespace SideEye.Plugin.Shapes;

/// <summary>Marks on time axes: time, and if there are any timeEnd, title, text, tags and id.</summary>
internal static class Annotations
{
    /// <exception cref="FrameShapeException">There is no time.</exception>
    internal static DataFrame From(DataFrame table)
    {
        FrameMeta meta = (table.Meta ?? new FrameMeta()) with { PreferredVisualisationType = "table" };
        if (table.Fields.Count == 0)
            return new DataFrame(table.Name, [], meta);
        Field time = table.Find("time", "captured_at") is { Type: FieldType.Time } named
            ? named
            : table.Fields.FirstOrDefault(field => field.Type == FieldType.Time)
                ?? throw new FrameShapeException("a mark needs a column of times, and there is none");
        List<Field> fields = [time.With("time")];
        if (table.Find("text") is null)
            fields.Add(Field.OfTexts("text", Enumerable.Range(0, table.Rows).Select(row => TextOf(table, row))));
        if (table.Find("tags") is null)
            fields.Add(Field.OfTexts("tags", Enumerable.Range(0, table.Rows).Select(row => TagsOf(table, row))));
        if (table.Find("id") is null && table.Find("snapshot_id") is Field id)
            fields.Add(id.AsText("id"));
        // What else there is shows in tables and variables; nothing of it is taken for a mark.
        fields.AddRange(table.Fields.Where(field => field != time));
        return new DataFrame(table.Name, fields, meta);
    }

    private static string TextOf(DataFrame table, int row)
    {
        string subject = table.Find("program")?.TextAt(row) is { Length: > 0 } program ? $" of {program}" : "";
        string failure = table.Find("error")?.TextAt(row) is { Length: > 0 } error ? $": {error}" : "";
        return $"Snapshot{subject}{failure}";
    }

    private static string TagsOf(DataFrame table, int row) => string.Join(',', new[]
    {
        table.Find("program")?.TextAt(row), table.Find("environment")?.TextAt(row),
    }.Where(tag => !string.IsNullOrEmpty(tag)));
}
