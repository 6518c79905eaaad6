using SideEye.Grafana.Frames;

namespace SideEye.Plugin.Shapes;

/// <summary>Names for pickers: text and value, both texts, as pickers insist.</summary>
internal static class VariableNames
{
    internal static DataFrame From(DataFrame table)
    {
        if (table.Fields.Count == 0)
        {
            Field[] none = [Field.OfTexts("text", []), Field.OfTexts("value", [])];
            return new DataFrame(table.Name, none, table.Meta);
        }
        Field value = table.Find("value") ?? table.Find("text") ?? table.Fields[0];
        Field text = table.Find("text") ?? value;
        return new DataFrame(
            table.Name, [text.AsFullText("text").With(config: null), value.AsFullText("value")], table.Meta);
    }
}
