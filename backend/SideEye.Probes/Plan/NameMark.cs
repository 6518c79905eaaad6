namespace SideEye.Probes.Plan;

/// <summary>
/// How a capture program marks a name that it took for a secret's, in its copy of the string: in the length, where no
/// string of Go's has the bit. What it names was not copied.
/// </summary>
public static class NameMark
{
    private const ulong Bit = 1UL << 63;

    /// <summary>True when a copied length has the mark.</summary>
    public static bool IsIn(ulong length) => (length & Bit) != 0;

    /// <summary>The length that the string has.</summary>
    public static ulong Remove(ulong length) => length & ~Bit;
}
