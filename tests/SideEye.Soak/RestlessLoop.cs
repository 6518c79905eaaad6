using System.Text.Json;
using SideEye.Host;
using SideEye.Host.Tests;

namespace SideEye.Soak;

/// <summary>Snapshots of one process, one right after the other, a line of JSON for each.</summary>
internal static class RestlessLoop
{
    /// <summary>Ends with 0 once the process has ended, or nobody reads the lines any more.</summary>
    public static async Task<int> RunAsync(int processId, string function)
    {
        using BinaryCache binaries = new();
        try
        {
            GoProcess process = GoProcess.Open(processId, binaries);
            while (process.IsAlive)
            {
                Captured captured = await Captured.TakeAsync([process]);
                Console.WriteLine(JsonSerializer.Serialize(LoopedSnapshot.Of(captured, function)));
            }
            return 0;
        }
        catch (TargetException e)
        {
            Console.WriteLine(JsonSerializer.Serialize(new LoopedSnapshot { Error = e.Message }));
            return e.Problem is TargetProblem.NoSuchProcess or TargetProblem.Gone ? 0 : 1;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
