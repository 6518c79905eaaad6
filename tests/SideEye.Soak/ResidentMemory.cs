using System.Globalization;

namespace SideEye.Soak;

/// <summary>How much memory processes hold.</summary>
internal static class ResidentMemory
{
    /// <summary>VmRSS of a process in KiB; 0 when it has ended.</summary>
    public static long OfProcess(int processId)
    {
        try
        {
            string line = File.ReadLines($"/proc/{processId}/status")
                .FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal), "");
            return line.Length == 0 ? 0 : long.Parse(line.Split(' ')[^2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
