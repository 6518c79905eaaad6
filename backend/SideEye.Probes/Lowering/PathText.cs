using System.Text;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Lowering;

/// <summary>The rest of a path, for people.</summary>
internal static class PathText
{
    /// <summary>Name of a routine: its type, the rest of its path, and what of the runtime's it is.</summary>
    public static RoutineName NameOf(in RoutineKey key) =>
        new(key.Type, Of(key) + (key.Role == RoutineRole.Value ? "" : $" ({Words(key.Role)})"));

    /// <summary>Such as <c>.mu.state</c>; empty for a whole value.</summary>
    public static string Of(in RoutineKey key)
    {
        StringBuilder text = new();
        Write(text, key.IsWhole ? [] : key.Path.AsSpan()[key.Index..]);
        return text.ToString();
    }

    private static void Write(StringBuilder text, ReadOnlySpan<PathStep> path)
    {
        foreach (PathStep step in path)
        {
            if (step is PartsStep parts)
            {
                Write(text, parts);
                continue;
            }
            text.Append(step switch
            {
                FieldStep field => $".{field.Field.Name}",
                FollowStep => "->",
                IndexStep index => $"[{index.Index}]",
                KeyStep { Key: string name } => $"[\"{name}\"]",
                KeyStep other => $"[{other.Key}]",
                LengthStep { IsCapacity: true } => ".cap",
                LengthStep => ".len",
                AssertionStep assertion => $".({assertion.Dynamic.Name})",
                EachStep => "[*]",
                _ => "?",
            });
        }
    }

    private static void Write(StringBuilder text, PartsStep of)
    {
        text.Append(".{");
        foreach (ValuePart part in of.Parts)
        {
            if (text[^1] != '{')
                text.Append(", ");
            Write(text, part.Steps.AsSpan());
        }
        text.Append('}');
    }

    private static string Words(RoutineRole role) => role switch
    {
        RoutineRole.MapHeader => "map",
        RoutineRole.MapDirectory => "map's directory",
        RoutineRole.MapTable => "map's table",
        RoutineRole.MapGroup => "map's group",
        RoutineRole.MapSlot => "map's slot",
        RoutineRole.Channel => "channel",
        RoutineRole.Waiter => "channel's waiter",
        _ => "value",
    };
}
