using SideEye.Target;

namespace SideEye.Dwarf;

/// <summary>The contiguous code of an entry (DW_AT_low_pc and DW_AT_high_pc, DWARF 5 §2.17.2).</summary>
public static class PcRange
{
    /// <summary>The range from low to high address; null when the entry has none (then ask for DW_AT_ranges).</summary>
    /// <exception cref="MalformedFileException">An attribute is malformed.</exception>
    public static AddressRange? Of(in DieCursor entry)
    {
        if (!entry.TryGet(DwarfAttribute.LowPc, out AttributeValue low)
            || !entry.TryGet(DwarfAttribute.HighPc, out AttributeValue high))
        {
            return null;
        }

        ulong start = low.AsAddress();
        return high.Class == AttributeClass.Address
            ? new AddressRange(start, high.AsAddress())
            : new AddressRange(start, unchecked(start + high.AsUnsigned()));
    }
}
