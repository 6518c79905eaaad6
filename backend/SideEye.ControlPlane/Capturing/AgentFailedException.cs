namespace SideEye.ControlPlane.Capturing;

/// <summary>One agent of a snapshot failed; the message becomes its row, for people.</summary>
internal sealed class AgentFailedException(string message, Exception? cause = null) : Exception(message, cause);
