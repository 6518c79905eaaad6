namespace SideEye.Plugin.Streams;

/// <summary>What the live channels have to say.</summary>
internal static partial class StreamLog
{
    [LoggerMessage(LogLevel.Information, "a live channel begins without rows: {reason}")]
    internal static partial void NoInitial(ILogger log, string reason);

    [LoggerMessage(LogLevel.Warning, "a live channel has no answer of snapshot {snapshot}: {reason}")]
    internal static partial void NoAnswer(ILogger log, string snapshot, string reason);

    [LoggerMessage(LogLevel.Warning, "a live channel lost its control plane and tries again: {reason}")]
    internal static partial void Reconnecting(ILogger log, string reason);
}
