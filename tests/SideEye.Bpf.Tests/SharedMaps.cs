namespace SideEye.Bpf.Tests;

/// <summary>The maps that this process shares with the kernel.</summary>
internal static class SharedMaps
{
    /// <summary>Whether bytes are anywhere in them.</summary>
    public static bool Have(byte[] wanted)
    {
        using FileStream memory = File.OpenRead("/proc/self/mem");
        foreach (string line in File.ReadLines("/proc/self/maps")
            .Where(static one => one.EndsWith("bpf-map", StringComparison.Ordinal)))
        {
            long[] ends = [.. line.Split(' ')[0].Split('-').Select(static end => Convert.ToInt64(end, 16))];
            byte[] bytes = new byte[ends[1] - ends[0]];
            memory.Position = ends[0];
            memory.ReadExactly(bytes);
            if (bytes.AsSpan().IndexOf(wanted) >= 0)
                return true;
        }
        return false;
    }
}
