using System.Collections.Immutable;
using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>What came of reading or merging specs.</summary>
/// <param name="Spec">The spec without what has problems, good for finding more of them; null when the file is no spec
/// at all. Only a reading without problems is one to capture by.</param>
/// <param name="Problems">All that is wrong, by file and place.</param>
public sealed record SpecReading(CaptureSpec? Spec, ImmutableArray<SpecProblem> Problems)
{
    /// <summary>True when there is a spec and nothing is wrong with it.</summary>
    public bool IsGood => Spec is not null && Problems.IsEmpty;
}
