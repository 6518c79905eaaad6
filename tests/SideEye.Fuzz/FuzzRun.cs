using System.Diagnostics;
using SideEye.Target;

namespace SideEye.Fuzz;

/// <summary>Runs inputs through a target and says what was wrong with the first that it did not survive.</summary>
internal sealed class FuzzRun(FuzzTarget target)
{
    /// <summary>Longer than this is a hang.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(2);

    private const long AllocationFloor = 64L << 20;
    private const long AllocationPerByteMax = 1_024;

    /// <summary>The input that is being read, for a watchdog.</summary>
    public byte[]? Current { get; private set; }

    /// <summary>When reading it began (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public long Started { get; private set; }

    /// <summary>Inputs read.</summary>
    public long Inputs { get; private set; }

    /// <summary>Inputs refused with the one exception that is allowed.</summary>
    public long Refused { get; private set; }

    /// <summary>Null when the target survived; else the reason why not.</summary>
    public string? Try(byte[] input)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Started = Stopwatch.GetTimestamp();
        Current = input;
        Inputs++;
        try
        {
            target.Walk(input);
        }
        catch (MalformedFileException)
        {
            Refused++;
        }
        catch (Exception e)
        {
            return e.ToString();
        }
        finally
        {
            Current = null;
        }

        TimeSpan taken = Stopwatch.GetElapsedTime(Started);
        if (taken > TimeMax)
            return $"took {taken.TotalSeconds:f1} s";
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return allocated > AllocationFloor + AllocationPerByteMax * input.Length
            ? $"allocated {allocated >> 20} MiB for {input.Length} bytes"
            : null;
    }
}
