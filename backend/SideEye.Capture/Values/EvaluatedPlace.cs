using SideEye.GoRuntime.Types;
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
