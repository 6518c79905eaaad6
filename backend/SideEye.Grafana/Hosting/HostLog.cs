using Microsoft.Extensions.Logging;

namespace SideEye.Grafana.Hosting;

/// <summary>What the host has to say.</summary>
internal static partial class HostLog
{
    [LoggerMessage(LogLevel.Debug, "listening on {network} {address}")]
    internal static partial void Listening(ILogger log, string network, string address);

    [LoggerMessage(LogLevel.Warning, "cannot listen on a unix socket ({reason}); using TCP on the loopback interface, "
        + "which every user of this machine can reach")]
    internal static partial void NoSocket(ILogger log, string reason);

    [LoggerMessage(LogLevel.Warning, "{variable} is set; the group of {path} stays this process's own, with access")]
    internal static partial void GroupIsOurs(ILogger log, string variable, string path);

    [LoggerMessage(LogLevel.Information, "Grafana asks to stop")]
    internal static partial void Stopping(ILogger log);

    [LoggerMessage(LogLevel.Warning, "Grafana's process is gone; stopping")]
    internal static partial void Orphaned(ILogger log);

    [LoggerMessage(LogLevel.Error, "{endpoint} failed")]
    internal static partial void Failed(ILogger log, string endpoint, Exception exception);

    [LoggerMessage(LogLevel.Error, "query {refId} failed")]
    internal static partial void QueryFailed(ILogger log, string refId, Exception exception);

    [LoggerMessage(LogLevel.Error, "the process ends by an error that nobody caught")]
    internal static partial void Uncaught(ILogger log, Exception? exception);

    [LoggerMessage(LogLevel.Warning, "the stream {path} broke off; Grafana starts it again")]
    internal static partial void StreamFailed(ILogger log, string path, Exception exception);
}
