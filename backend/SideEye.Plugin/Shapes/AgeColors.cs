using System.Text.Json.Nodes;
using SideEye.Grafana.Frames;
using SideEye.Protocol.ControlPlane;

namespace SideEye.Plugin.Shapes;

/// <summary>Colours of columns that say for how long something has waited.</summary>
internal static class AgeColors
{
    private const double Second = 1e9;

    // What a request waits for is over in less than a second; what a person waits for, in ten; after a minute nobody
    // waits any more.
    private static readonly Thresholds Ages = new("absolute",
    [
        new Threshold(null, "green"), new Threshold(Second, "yellow"), new Threshold(10 * Second, "orange"),
        new Threshold(60 * Second, "red"),
    ]);

    /// <summary>From which age on a value is of which colour; null where the column is no age.</summary>
    internal static Thresholds? Of(Column column)
    {
        bool isAge = column.Unit == "ns"
            && (column.Name.Contains("waiting", StringComparison.OrdinalIgnoreCase)
                || column.Name.Equals("age_ns", StringComparison.OrdinalIgnoreCase)
                || column.Name.EndsWith("_age_ns", StringComparison.OrdinalIgnoreCase));
        return isAge ? Ages : null;
    }

    /// <summary>The field as a table shows it: its text in the colour of its value.</summary>
    internal static Field InTable(Field field)
    {
        if (field.Config is not { Thresholds: not null } config)
            return field;
        return field.With(config: config with
        {
            Color = new FieldColor("thresholds"),
            Custom = new JsonObject { ["cellOptions"] = new JsonObject { ["type"] = "color-text" } },
        });
    }
}
