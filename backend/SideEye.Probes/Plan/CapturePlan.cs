using System.Collections.Immutable;

namespace SideEye.Probes.Plan;

/// <summary>
/// A spec bound to a binary: the tables, and for each pc of a captured function where the values are. The same plan
/// tells the capture program what to copy and the decoder what to make of it.
/// </summary>
/// <param name="Tables">The function tables.</param>
/// <param name="Sites">Sorted by pc, without overlap.</param>
public sealed record CapturePlan(ImmutableArray<FunctionTable> Tables, ImmutableArray<FrameSite> Sites)
{
    /// <summary>Captures nothing.</summary>
    public static CapturePlan Empty { get; } = new([], []);

    /// <summary>
    /// The site of a frame, or null when none of its functions is captured. Variables are looked up at the pc itself
    /// and their scope one byte before it, as facts about return addresses demand; sites are cut accordingly.
    /// </summary>
    /// <param name="pc">Link-time program counter: of outer frames the return address.</param>
    public FrameSite? Find(ulong pc)
    {
        int low = 0;
        int high = Sites.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Sites[middle].High <= pc)
                low = middle + 1;
            else
                high = middle;
        }
        return low < Sites.Length && Sites[low].Low <= pc ? Sites[low] : null;
    }
}
