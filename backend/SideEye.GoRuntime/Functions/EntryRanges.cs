using System.Collections.Immutable;
using SideEye.Dwarf;

namespace SideEye.GoRuntime.Functions;

/// <summary>The pcs that an entry covers (DWARF 5 §2.17): low_pc with high_pc, or ranges.</summary>
internal static class EntryRanges
{
    /// <summary>Sorted; empty when the entry has no code.</summary>
    public static ImmutableArray<PcSpan> Of(DwarfUnit unit, in DieCursor entry)
    {
        ImmutableArray<PcSpan>.Builder spans = ImmutableArray.CreateBuilder<PcSpan>();
        if (entry.TryGet(DwarfAttribute.Ranges, out AttributeValue ranges))
        {
            foreach (AddressRange range in DwarfFile.ReadRanges(unit, ranges))
            {
                if (range.High > range.Low)
                    spans.Add(new PcSpan(range.Low, range.High));
            }
            spans.Sort(static (left, right) => left.Low.CompareTo(right.Low));
        }
        else if (entry.TryGet(DwarfAttribute.LowPc, out AttributeValue low)
            && entry.TryGet(DwarfAttribute.HighPc, out AttributeValue high))
        {
            ulong start = low.AsAddress();
            // A constant is a length, an address an end (DWARF 5 §2.17.2).
            ulong end = high.Class == AttributeClass.Address ? high.AsAddress() : start + high.AsUnsigned();
            if (end > start)
                spans.Add(new PcSpan(start, end));
        }
        return spans.ToImmutable();
    }
}
