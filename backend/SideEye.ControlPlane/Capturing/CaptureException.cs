namespace SideEye.ControlPlane.Capturing;

/// <summary>Nothing could be captured; the message says of what, why and what to do.</summary>
public sealed class CaptureException(string message, Exception? cause = null) : Exception(message, cause);
