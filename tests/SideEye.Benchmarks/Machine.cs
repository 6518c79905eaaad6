using System.Runtime.InteropServices;

namespace SideEye.Benchmarks;

/// <summary>Where the figures come from: without it they say nothing.</summary>
internal static class Machine
{
    /// <summary>Runnable processes over 1, 5 and 15 minutes.</summary>
    public static string LoadAverage => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);

    /// <summary>Date, processor, cores, kernel, load.</summary>
    public static string Describe()
    {
        string[] lines = File.ReadAllLines("/proc/cpuinfo");
        string processor = ValueOf(lines, "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();
        bool isGuest = ValueOf(lines, "flags")?.Split(' ').Contains("hypervisor") ?? false;
        return $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC; {processor}, {Environment.ProcessorCount} cores"
            + $"{(isGuest ? ", virtual machine" : "")}; Linux {Environment.OSVersion.Version}; "
            + $"load average {LoadAverage}";
    }

    private static string? ValueOf(string[] lines, string key)
    {
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line.AsSpan(0, colon).Trim().SequenceEqual(key))
                return line[(colon + 1)..].Trim();
        }
        return null;
    }
}
