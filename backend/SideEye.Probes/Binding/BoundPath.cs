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
    /// <summary>Type of the value at the end; of several values or of parts one that is put together for them.
    /// </summary>
    public GoType Type { get; } = SelectedType.Of(Root, Steps);
}
