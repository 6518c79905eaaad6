using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Values;

/// <summary>Where a path led.</summary>
/// <param name="Reason">Why it led nowhere, as in <see cref="CaptureReason"/>; else null.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Address">Where the value is.</param>
/// <param name="Number">The value itself when it is a length or capacity and so is nowhere.</param>
internal readonly record struct EvaluatedPlace(string? Reason, GoType Type, TargetAddress Address, long? Number = null)
{
    /// <summary>What of the path is to be taken of the value: of each of its elements, or of some parts of it.
    /// </summary>
    public PathRest Rest { get; init; }
}

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
