using SideEye.Grafana.Frames;

namespace SideEye.Plugin.Shapes;

/// <summary>Fields by name, and as the types that panels insist on.</summary>
internal static class FieldPick
{
    /// <summary>The field of a name, whatever its case; null where there is none.</summary>
    internal static Field? Find(this DataFrame frame, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            Field? found = frame.Fields.FirstOrDefault(
                field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));
            if (found is not null)
                return found;
        }
        return null;
    }

    /// <summary>The same values as texts.</summary>
    internal static Field AsText(this Field field, string? name = null) =>
        field.Type == FieldType.String
            ? field.With(name)
            : Field.OfTexts(name ?? field.Name, Rows(field).Select(row => field.TextAt(row)))
            .With(config: field.Config);

    /// <summary>The same values as texts, empty where there is none.</summary>
    internal static Field AsFullText(this Field field, string? name = null) =>
        Field.OfTexts(name ?? field.Name, Rows(field).Select(row => field.TextAt(row) ?? ""))
            .With(config: field.Config);

    /// <summary>The rows of a field.</summary>
    internal static IEnumerable<int> Rows(Field field) => Enumerable.Range(0, field.Length);
}
