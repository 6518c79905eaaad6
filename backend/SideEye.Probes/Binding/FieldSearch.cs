using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Binding;

/// <summary>
/// Finds a field of a struct or one that is promoted from an embedded struct, the shallowest first (Go specification,
/// "Selectors").
/// </summary>
internal static class FieldSearch
{
    private const int DepthMax = 16;

    /// <summary>Names of the fields, those that are promoted behind its own; each once.</summary>
    public static IEnumerable<string> NamesIn(GoType type)
    {
        HashSet<string> names = [];
        List<ImmutableArray<PathStep>> level = [[]];
        HashSet<GoType> seen = [type];
        for (int depth = 0; depth < DepthMax && level.Count > 0; depth++)
        {
            List<ImmutableArray<PathStep>> deeper = [];
            foreach (ImmutableArray<PathStep> way in level)
            {
                foreach (GoField field in (way.IsEmpty ? type : way[^1].Type).Fields)
                {
                    names.Add(field.Name);
                    if (field.IsEmbedded)
                        Descend(field.Type, [new FieldStep(field)], seen, deeper);
                }
            }
            level = deeper;
        }
        return names;
    }

    /// <summary>Appends the steps to the field; false when there is none, or two at the same depth.</summary>
    public static bool TryFind(GoType type, string name, ImmutableArray<PathStep>.Builder path)
    {
        List<ImmutableArray<PathStep>> level = [[]];
        HashSet<GoType> seen = [type];
        for (int depth = 0; depth < DepthMax && level.Count > 0; depth++)
        {
            ImmutableArray<PathStep>? found = null;
            List<ImmutableArray<PathStep>> deeper = [];
            foreach (ImmutableArray<PathStep> way in level)
            {
                GoType holder = way.IsEmpty ? type : way[^1].Type;
                foreach (GoField field in holder.Fields)
                {
                    ImmutableArray<PathStep> next = way.Add(new FieldStep(field));
                    if (field.Name == name)
                    {
                        if (found is not null)
                            return false;
                        found = next;
                    }
                    else if (field.IsEmbedded)
                    {
                        Descend(field.Type, next, seen, deeper);
                    }
                }
            }
            if (found is { } steps)
            {
                path.AddRange(steps);
                return true;
            }
            level = deeper;
        }
        return false;
    }

    private static void Descend(
        GoType embedded, ImmutableArray<PathStep> way, HashSet<GoType> seen, List<ImmutableArray<PathStep>> deeper)
    {
        if (embedded is { Kind: GoKind.Pointer, Element: { } target })
        {
            way = way.Add(new FollowStep(target));
            embedded = target;
        }
        if (embedded.Kind == GoKind.Struct && seen.Add(embedded))
            deeper.Add(way);
    }
}
