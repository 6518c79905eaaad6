using System.Collections.Immutable;
using SideEye.Probes.Plan;

namespace SideEye.Capture.Values;

/// <summary>The rest of a path.</summary>
/// <param name="Path">The path.</param>
/// <param name="Index">The first step that is not taken yet.</param>
internal readonly record struct PathRest(ImmutableArray<PathStep> Path, int Index)
{
    /// <summary>True when no step is left: the whole value.</summary>
    public bool IsEmpty => Path.IsDefault || Index >= Path.Length;

    /// <summary>The step to take.</summary>
    public PathStep Next => Path[Index];

    /// <summary>What is left behind that step.</summary>
    public PathRest Behind => this with { Index = Index + 1 };
}
