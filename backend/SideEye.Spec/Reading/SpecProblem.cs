using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>Something wrong with a spec.</summary>
/// <param name="At">Where.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
public sealed record SpecProblem(SourcePosition At, string Message)
{
    /// <summary>As compilers write it: <c>file:line:column: message</c>.</summary>
    public override string ToString() => $"{At}: {Message}";
}
