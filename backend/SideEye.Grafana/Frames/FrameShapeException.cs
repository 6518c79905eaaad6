namespace SideEye.Grafana.Frames;

/// <summary>Rows cannot become what was asked for. The message says why and what to change in the query.</summary>
public sealed class FrameShapeException(string message) : Exception(message);
