using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>A file is no YAML or beyond a limit, so that nothing of it can be read; becomes a problem.</summary>
internal sealed class SpecSyntaxException(SourcePosition at, string message) : Exception(message)
{
    /// <summary>Where.</summary>
    public SourcePosition At { get; } = at;
}
