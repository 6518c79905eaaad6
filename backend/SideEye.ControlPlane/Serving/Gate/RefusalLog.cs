using System.Net;
using Microsoft.Extensions.Logging;

namespace SideEye.ControlPlane.Serving.Gate;

/// <summary>Logs who was not let in: some one by one, of more only how many.</summary>
internal sealed partial class RefusalLog(ServingLimits limits, TimeProvider time, ILogger log)
{
    private readonly Lock gate = new();
    private DateTimeOffset windowStart;
    private int inWindow;

    /// <summary>Refusals since the start.</summary>
    public long Total { get; private set; }

    /// <summary>Notes a refusal.</summary>
    public void Note(IPAddress? address, string path, string reason)
    {
        int left;
        lock (gate)
        {
            Total++;
            DateTimeOffset now = time.GetUtcNow();
            left = inWindow - limits.RefusalsLoggedMax;
            if (now - windowStart >= limits.RefusalsWindow)
            {
                windowStart = now;
                inWindow = 0;
            }
            else
            {
                left = 0;
            }
            if (++inWindow > limits.RefusalsLoggedMax)
                return;
        }
        if (left > 0)
            More(log, left);
        Refused(log, address?.ToString() ?? "?", Shown(path), reason);
    }

    private static string Shown(string path) =>
        new([.. path.Take(100).Select(static letter => char.IsControl(letter) ? '?' : letter)]);

    [LoggerMessage(LogLevel.Warning, "refused {address} at {path}: {reason}")]
    private static partial void Refused(ILogger log, string address, string path, string reason);

    [LoggerMessage(LogLevel.Warning, "refused {count} more before")]
    private static partial void More(ILogger log, int count);
}
