namespace SideEye.ControlPlane.Capturing;

/// <summary>Why there is no snapshot.</summary>
public enum CaptureError
{
    /// <summary>Agents were asked, or are not there, and nothing was captured.</summary>
    Failed = 0,

    /// <summary>There is none as was asked for, and none was to be taken.</summary>
    NoSuchSnapshot = 1,

    /// <summary>There is one, and it is older than whoever asks may use.</summary>
    TooOld = 2,

    /// <summary>Too many captures wait for their turn.</summary>
    TooMany = 3,

    /// <summary>There is no agent as was asked for.</summary>
    NoSuchAgent = 4,
}

/// <summary>Nothing could be captured; the message says of what, why and what to do.</summary>
public sealed class CaptureException(string message, Exception? cause = null, CaptureError error = CaptureError.Failed)
    : Exception(message, cause)
{
    /// <summary>What kind of failure it is.</summary>
    public CaptureError Error => error;
}
