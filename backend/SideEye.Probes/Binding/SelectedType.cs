using System.Text;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Binding;

/// <summary>
/// The type of what a path selects: of several values or of parts that of a document, called as Go would call a type
/// of just these.
/// </summary>
internal static class SelectedType
{
    /// <summary>The type at the end of a path.</summary>
    public static GoType Of(GoType root, IReadOnlyList<PathStep> steps)
    {
        if (!steps.Any(static step => step is EachStep or PartsStep))
            return steps.Count == 0 ? root : steps[^1].Type;
        StringBuilder name = new();
        Write(name, root, steps);
        return new GoType(name.ToString(), GoKind.Interface, 0, static () => new GoTypeParts());
    }

    private static void Write(StringBuilder name, GoType type, IReadOnlyList<PathStep> steps)
    {
        foreach (PathStep step in steps)
        {
            if (step is EachStep)
                name.Append(type.Kind == GoKind.Map ? $"map[{type.Key?.Name}]" : "[]");
            else if (step is PartsStep parts)
                Write(name, parts);
            type = step.Type;
        }
        if (steps is not [.., PartsStep])
            name.Append(type.Name);
    }

    private static void Write(StringBuilder name, PartsStep of)
    {
        name.Append("struct {");
        foreach (ValuePart part in of.Parts)
        {
            name.Append(name[^1] == '{' ? " " : "; ").Append(part.Name).Append(' ');
            Write(name, of.Whole, part.Steps);
        }
        name.Append(" }");
    }
}
