namespace SideEye.ControlPlane.Agents;

/// <summary>The fleet cannot be used as configured; the message says what is wrong and what to do.</summary>
public sealed class FleetException(string message, Exception? cause = null) : Exception(message, cause);
