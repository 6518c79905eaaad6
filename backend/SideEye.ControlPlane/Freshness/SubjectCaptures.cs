using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Freshness;

/// <summary>What is known of the captures of one program and environment. Whoever uses it holds the desk's lock.
/// </summary>
internal sealed class SubjectCaptures
{
    private int failures;

    /// <summary>The capture that is under way; null when none is.</summary>
    public Task<CaptureEnd>? UnderWay { get; set; }

    /// <summary>The last that succeeded; null when none has.</summary>
    public KeptSnapshot? LastTaken { get; private set; }

    /// <summary>How the last one failed; null when it did not.</summary>
    public CaptureEnd? LastFailure { get; private set; }

    /// <summary>When the next may begin.</summary>
    public DateTimeOffset RestUntil { get; private set; }

    /// <summary>Notes how a capture ended.</summary>
    public void Note(CaptureEnd end, TimeSpan took, FreshnessLimits limits)
    {
        UnderWay = null;
        if (end.Snapshot is { } snapshot)
        {
            LastTaken = snapshot;
            LastFailure = null;
            failures = 0;
            RestUntil = end.At + (took > limits.RestMin ? took : limits.RestMin);
            return;
        }
        LastFailure = end;
        double rest = limits.FailureRestMin.TotalSeconds * Math.Pow(2, Math.Min(failures++, 16));
        RestUntil = end.At + TimeSpan.FromSeconds(Math.Min(rest, limits.FailureRestMax.TotalSeconds));
    }
}

/// <summary>How a capture ended.</summary>
/// <param name="At">When.</param>
/// <param name="Snapshot">What came of it; null when it failed.</param>
/// <param name="Failure">Why it failed; null when it did not.</param>
internal sealed record CaptureEnd(DateTimeOffset At, KeptSnapshot? Snapshot, Exception? Failure)
{
    /// <summary>The failure for those who asked.</summary>
    public CaptureException ToException() => Failure is CaptureException capture
        ? new CaptureException(capture.Message, capture, capture.Error)
        : new CaptureException(Failure?.Message ?? "the capture was given up", Failure);
}
