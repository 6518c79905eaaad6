using System.Text;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Lowering;

/// <summary>The rest of a path, for people.</summary>
internal static class PathText
{
    /// <summary>Such as <c>.mu.state</c>; empty for a whole value.</summary>
    public static string Of(in RoutineKey key)
    {
        StringBuilder text = new();
        for (int i = key.Index; i < key.Path.Length; i++)
        {
            text.Append(key.Path[i] switch
            {
                FieldStep field => $".{field.Field.Name}",
                FollowStep => "->",
                IndexStep index => $"[{index.Index}]",
                KeyStep { Key: string name } => $"[\"{name}\"]",
                KeyStep other => $"[{other.Key}]",
                LengthStep { IsCapacity: true } => ".cap",
                LengthStep => ".len",
                AssertionStep assertion => $".({assertion.Dynamic.Name})",
                _ => "?",
            });
        }
        return text.ToString();
    }
}
