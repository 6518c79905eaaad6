using Apache.Arrow;
using SideEye.Grafana.Frames;
using Field = SideEye.Grafana.Frames.Field;

namespace SideEye.Plugin.Shapes;

/// <summary>A flame graph: level, value, self and label, depth first from a single root.</summary>
internal static class FlameGraph
{
    private static readonly string[] NumberNames = ["level", "value", "self"];

    /// <exception cref="FrameShapeException">It is no flame graph; a browser would stumble over it.</exception>
    internal static DataFrame From(DataFrame table, PluginLimits limits)
    {
        FrameMeta meta = (table.Meta ?? new FrameMeta()) with { PreferredVisualisationType = "flamegraph" };
        if (table.Rows == 0)
            return new DataFrame(table.Name, [], meta);
        List<Field> fields = [];
        foreach (string name in NumberNames)
        {
            Field number = table.Find(name) is { IsNumber: true } found
                ? found : throw new FrameShapeException($"it needs a column of numbers called {name}");
            FieldConfig config = number.Config ?? new FieldConfig();
            fields.Add(number.With(name, config: name == "level" ? config with { Unit = null } : config with
            {
                Unit = config.Unit ?? "short",
            }));
        }
        CheckTree(fields[0]);
        Field label = table.Find("label") ?? throw new FrameShapeException("it needs a column of texts called label");
        fields.Add(Compact(label, limits));
        return new DataFrame(table.Name, fields, meta);
    }

    private static void CheckTree(Field level)
    {
        double before = -1;
        for (int row = 0; row < level.Length; row++)
        {
            double depth = level.NumberAt(row)
                ?? throw new FrameShapeException($"row {row + 1} has no level");
            if (depth < 0 || depth > before + 1 || (depth == 0) != (row == 0))
            {
                throw new FrameShapeException(
                    $"row {row + 1} has level {depth} after {before}: it needs one root of level 0, first, and each "
                    + "row at most one level below the row before it");
            }
            before = depth;
        }
    }

    /// <summary>Each name once, and 16 bits a row: a tenth of the size.</summary>
    private static Field Compact(Field label, PluginLimits limits)
    {
        Dictionary<string, ushort> indexes = [];
        UInt16Array.Builder rows = new();
        for (int row = 0; row < label.Length; row++)
        {
            string text = label.TextAt(row) ?? "";
            if (!indexes.TryGetValue(text, out ushort index))
            {
                if (indexes.Count == limits.EnumTextsMax)
                    return label.AsFullText("label");
                index = (ushort)indexes.Count;
                indexes.Add(text, index);
            }
            rows.Append(index);
        }
        FieldConfig config = (label.Config ?? new FieldConfig()) with
        {
            Type = new FieldTypeConfig(new EnumConfig([.. indexes.Keys])), Links = null,
        };
        return Field.Of("label", rows.Build(), FieldType.Enum).With(config: config);
    }
}
