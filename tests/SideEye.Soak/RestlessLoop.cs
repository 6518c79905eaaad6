using SideEye.Host;
using SideEye.Host.Tests;

namespace SideEye.Soak;

/// <summary>Snapshots of one process, one right after the other, for whoever wants to kill the snapshotter.</summary>
internal static class RestlessLoop
{
    /// <summary>Ends with 0 once the process has ended.</summary>
    public static async Task<int> RunAsync(int processId)
    {
        using BinaryCache binaries = new();
        GoProcess process = GoProcess.Open(processId, binaries);
        while (process.IsAlive)
        {
            Captured captured = await Captured.TakeAsync([process]);
            Console.WriteLine(captured.Outcomes[0].Error ?? $"{captured.Goroutines.Count} goroutines");
        }
        return 0;
    }
}
