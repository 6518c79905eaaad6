using SideEye.Spec.Model;

namespace SideEye.Probes.Plan;

/// <summary>How much of one captured value is taken; see <see cref="LimitsSpec"/> for what each means.</summary>
public readonly record struct ValueLimits(int StringBytes, int SliceBytes, int MapEntries, int PointerDepth)
{
    /// <summary>Fewest entries of a map that are looked through for a key.</summary>
    public const int SearchedEntriesMin = 4096;

    /// <summary>Entries of a map that are looked through for a key: how a program hashes keys only the program knows.
    /// </summary>
    public int SearchedEntries => Math.Max(MapEntries, SearchedEntriesMin);

    /// <summary>The limits that a spec sets, within <see cref="LimitsSpec.Default"/>.</summary>
    public static ValueLimits Of(LimitsSpec limits)
    {
        LimitsSpec whole = limits.Within(LimitsSpec.Default);
        return new ValueLimits(
            whole.StringBytes!.Value, whole.SliceBytes!.Value, whole.MapEntries!.Value, whole.PointerDepth!.Value);
    }
}
