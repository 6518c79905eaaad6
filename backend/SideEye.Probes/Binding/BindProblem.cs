using SideEye.Spec.Model;

namespace SideEye.Probes.Binding;

/// <summary>Something in a spec that does not fit a binary.</summary>
/// <param name="At">Where the spec says it.</param>
/// <param name="Message">What is wrong, and what could have been meant.</param>
public sealed record BindProblem(SourcePosition At, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{At}: {Message}";
}
