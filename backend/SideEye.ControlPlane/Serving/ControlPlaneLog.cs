using Microsoft.Extensions.Logging;

namespace SideEye.ControlPlane.Serving;

/// <summary>The log of a control plane that runs by itself: JSON lines on stdout.</summary>
public static class ControlPlaneLog
{
    /// <summary>Begins a log.</summary>
    public static ILoggerFactory Create() => LoggerFactory.Create(static logging => logging
        .AddJsonConsole(static json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        })
        .AddFilter("Microsoft", LogLevel.Warning)
        // Why it does not start is one line on stderr.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical)
        // What goes wrong in calls is said by us.
        .AddFilter("Grpc", LogLevel.Critical));
}
