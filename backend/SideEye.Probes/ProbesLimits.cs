namespace SideEye.Probes;

/// <summary>Bounds on what a spec is compiled to, so that neither a spec nor a program's types take all memory.
/// </summary>
public sealed record ProbesLimits
{
    /// <summary>The limits that hold unless told otherwise.</summary>
    public static ProbesLimits Default { get; } = new();

    /// <summary>Most columns times places in the code where one of their variables changes its own place.</summary>
    public int PlacesMax { get; init; } = 4_000_000;

    /// <summary>Most routines of a capture program. A large program without a spec has ten thousand.</summary>
    public int RoutinesMax { get; init; } = 500_000;

    /// <summary>Most values that are looked at while routines are written.</summary>
    public int StepsMax { get; init; } = 20_000_000;
}

/// <summary>A spec that captures more of a program than <see cref="ProbesLimits"/> allow.</summary>
/// <param name="what">What there is too much of.</param>
/// <param name="limit">The limit.</param>
public sealed class CaptureTooLargeException(string what, int limit)
    : Exception($"the spec needs more than {limit} {what} in this program: capture fewer functions or expressions")
{
}
