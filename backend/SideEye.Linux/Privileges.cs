using System.Globalization;

namespace SideEye.Linux;

/// <summary>What this process may do.</summary>
public static class Privileges
{
    /// <summary>True for user id 0.</summary>
    public static bool IsRoot => LibC.EffectiveUserId() == 0;

    /// <summary>
    /// True in a user namespace where not every user id is the host's own: rights there end at its border
    /// (user_namespaces(7)).
    /// </summary>
    public static bool IsInUserNamespace
    {
        get
        {
            // The initial namespace maps 0 to 0, and all 2^32 - 1 ids.
            string[] map = Read("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return map.Length > 0 && map is not ["0", "0", "4294967295"];
        }
    }

    /// <summary>True when a capability is effective for this process; false when that is unknown.</summary>
    public static bool Has(Capability capability)
    {
        const string field = "CapEff:";
        foreach (ReadOnlySpan<char> line in Read("/proc/self/status").AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(field, StringComparison.Ordinal))
                continue;
            return ulong.TryParse(
                line[field.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong effective)
                && (effective >> (int)capability & 1) != 0;
        }
        return false;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // /proc is not there
        }
    }
}
