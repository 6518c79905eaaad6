namespace SideEye.GoRuntime;

/// <summary>
/// The file is no Go program: it has neither build information nor a pclntab. The message says what is missing.
/// </summary>
public sealed class NotGoBinaryException(string message) : Exception(message);
