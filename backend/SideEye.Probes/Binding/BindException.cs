using System.Collections.Immutable;

namespace SideEye.Probes.Binding;

/// <summary>A name or an operation of an expression that does not fit the binary.</summary>
internal sealed class BindException : Exception
{
    /// <summary>A problem without a name that could have been meant.</summary>
    public BindException(string message)
        : base(message)
    {
    }

    /// <summary>A name that there is not, and those that there are.</summary>
    public BindException(string message, string unknown, ImmutableArray<string> known)
        : base(message)
    {
        Unknown = unknown;
        Known = known;
    }

    /// <summary>The name that was not found.</summary>
    public string? Unknown { get; }

    /// <summary>Names that could have stood there.</summary>
    public ImmutableArray<string> Known { get; } = [];
}
