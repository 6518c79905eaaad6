namespace SideEye.ControlPlane.Serving;

/// <summary>The control plane cannot start as it was told; the message says why and what to do.</summary>
public sealed class ControlPlaneStartException(string message, Exception? cause = null) : Exception(message, cause);
