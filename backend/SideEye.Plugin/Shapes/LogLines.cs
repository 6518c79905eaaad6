using SideEye.Grafana.Frames;
using SideEye.Protocol.ControlPlane;

namespace SideEye.Plugin.Shapes;

/// <summary>Lines of a log: timestamp, body, and if there are any severity, id and labels.</summary>
internal static class LogLines
{
    /// <exception cref="FrameShapeException">There is no text.</exception>
    internal static DataFrame From(DataFrame table, Trailer trailer)
    {
        FrameMeta meta = (table.Meta ?? new FrameMeta()) with
        {
            Type = FrameKinds.LogLines,
            TypeVersion = FrameKinds.Unversioned,
            PreferredVisualisationType = "logs",
        };
        if (table.Fields.Count == 0)
            return new DataFrame(table.Name, [], meta);
        Field body = table.Find("body", "value", "text", "line")
            ?? table.Fields.FirstOrDefault(field => field.Type == FieldType.String)
            ?? throw new FrameShapeException("a log needs a column body of texts, and there is none");
        List<Field> fields = [Times(table, trailer), body.AsFullText("body").Nullable(false)];
        if (table.Find("severity", "level") is Field severity && severity != body)
            fields.Add(severity.AsText("severity"));
        if (table.Find("id") is Field id && id != body)
            fields.Add(id.AsText("id"));
        if (Labels(table, body) is Field labels)
            fields.Add(labels);
        return new DataFrame(table.Name, fields, meta);
    }

    /// <summary>Captured values are of the instant of their snapshot, unless a column says otherwise.</summary>
    private static Field Times(DataFrame table, Trailer trailer)
    {
        Field? time = table.Find("timestamp", "time") is { Type: FieldType.Time } named
            ? named : table.Fields.FirstOrDefault(field => field.Type == FieldType.Time);
        return Field.OfTimes(
            "timestamp",
            Enumerable.Range(0, table.Rows).Select(row => time?.TimeAt(row) ?? (long?)trailer.CapturedAtUnixNs));
    }

    /// <summary>The column of that name, or an object of what else the row holds.</summary>
    private static Field? Labels(DataFrame table, Field body)
    {
        if (table.Find("labels") is { Type: FieldType.Json or FieldType.String } labels)
            return labels.Type == FieldType.Json ? labels.With("labels") : Documents(table.Rows, labels.TextAt);
        List<Field> rest = [.. table.Fields.Where(field => field != body && field.Type != FieldType.Time
            && field.Name.ToLowerInvariant() is not ("severity" or "level" or "id" or "labels"))];
        return rest.Count == 0 ? null : Documents(table.Rows, row => Object(rest, row));
    }

    private static string Object(List<Field> fields, int row)
    {
        System.Text.Json.Nodes.JsonObject labels = [];
        foreach (Field field in fields)
        {
            if (field.TextAt(row) is string text)
                labels[field.Name] = text;
        }
        return labels.ToJsonString();
    }

    private static Field Documents(int rows, Func<int, string?> document)
    {
        Apache.Arrow.BinaryArray.Builder builder = new();
        for (int row = 0; row < rows; row++)
        {
            if (document(row) is string text)
                builder.Append(System.Text.Encoding.UTF8.GetBytes(text).AsSpan());
            else
                builder.AppendNull();
        }
        return Field.Of("labels", builder.Build());
    }
}
