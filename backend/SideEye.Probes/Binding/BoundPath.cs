using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Binding;

/// <summary>The steps of an expression behind its first name, bound to types.</summary>
/// <param name="Root">Type of the variable they start from.</param>
/// <param name="Steps">The steps; implied pointers and promoted fields are spelt out.</param>
/// <param name="IsSecret">True when a name on the way is on the deny list.</param>
internal sealed record BoundPath(GoType Root, ImmutableArray<PathStep> Steps, bool IsSecret)
{
    /// <summary>Type of the value at the end.</summary>
    public GoType Type => Steps.IsEmpty ? Root : Steps[^1].Type;
}
