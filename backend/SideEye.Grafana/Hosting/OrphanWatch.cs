using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SideEye.Grafana.Hosting;

/// <summary>
/// Ends the plugin when its parent is gone: nobody tells a child that Grafana was killed. Where there is no /proc,
/// nothing can be known, and the plugin stays.
/// </summary>
internal sealed class OrphanWatch(
    IHostApplicationLifetime lifetime, ILogger<OrphanWatch> log, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (Parent() is not int parent)
            return;
        using PeriodicTimer timer = new(Step, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (Parent() != parent)
                {
                    HostLog.Orphaned(log);
                    lifetime.StopApplication();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped in another way.
        }
    }

    /// <summary>The parent's process id; null where it cannot be read.</summary>
    private static int? Parent()
    {
        try
        {
            string status = File.ReadAllText("/proc/self/stat");
            // The name may hold anything; behind its last parenthesis come the state and the parent.
            string[] words = status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return int.Parse(words[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
