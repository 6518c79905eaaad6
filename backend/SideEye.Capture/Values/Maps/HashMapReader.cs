using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Maps;

/// <summary>
/// Maps before Go 1.24 (runtime/map.go, Go 1.19 to 1.23): buckets of eight entries with chains of overflow buckets.
/// While a map grows, what was not yet moved is in the old buckets.
/// </summary>
internal sealed class HashMapReader(ValueMemory memory, RenderLimits bounds)
{
    private const int SlotsPerBucket = 8;

    // tophash values below are marks for empty and moved slots.
    private const byte TopHashMin = 5;

    // hmap.flags: the map grows without getting larger, so there are as many old buckets as new ones.
    private const byte SameSizeGrow = 8;

    private const int BucketBitsMax = 40;

    /// <summary>Appends entries until the list has <paramref name="end"/>.</summary>
    public MapScan Read(
        GoType layout, GoType key, GoType element, TargetAddress header, int end, List<MapEntry> entries)
    {
        if (Fields.Of(layout, key, element) is not { } fields)
            return new(CaptureReason.UnknownLayout, false, 0);
        if (!memory.TryReadUInt64(header + fields.Count, out ulong count)
            || !memory.TryReadUnsigned(header + fields.Flags, 1, out ulong flags)
            || !memory.TryReadUnsigned(header + fields.Bits, 1, out ulong bits)
            || !memory.TryReadAddress(header + fields.Buckets, out TargetAddress buckets)
            || !memory.TryReadAddress(header + fields.OldBuckets, out TargetAddress old))
        {
            return new(memory.NotThere, false, 0);
        }
        if (bits > BucketBitsMax)
            return new(CaptureReason.NotPlausible, false, 0);
        int bucketsLeft = bounds.MapGroupsMax;
        if (count == 0)
            return new(null, false, 0);
        if (!buckets.IsNil)
            ReadBuckets(fields, buckets, 1UL << (int)bits, end, entries, ref bucketsLeft);
        if (!old.IsNil)
        {
            ulong oldCount = (flags & SameSizeGrow) != 0 || bits == 0 ? 1UL << (int)bits : 1UL << ((int)bits - 1);
            ReadBuckets(fields, old, oldCount, end, entries, ref bucketsLeft);
        }
        return new(null, false, count);
    }

    private void ReadBuckets(
        Fields fields, TargetAddress start, ulong count, int end, List<MapEntry> entries, ref int bucketsLeft)
    {
        for (ulong i = 0; i < count && bucketsLeft > 0 && entries.Count < end; i++)
        {
            TargetAddress bucket = start + (i * fields.BucketSize);
            while (!bucket.IsNil && bucketsLeft > 0 && entries.Count < end)
            {
                bucketsLeft--;
                ReadBucket(fields, bucket, end, entries);
                if (!memory.TryReadAddress(bucket + fields.Overflow, out bucket))
                    break;
            }
        }
    }

    private void ReadBucket(Fields fields, TargetAddress bucket, int end, List<MapEntry> entries)
    {
        if (!memory.TryReadUInt64(bucket + fields.TopHash, out ulong marks))
            return;
        for (int slot = 0; slot < SlotsPerBucket && entries.Count < end; slot++)
        {
            if ((byte)(marks >> (8 * slot)) < TopHashMin)
                continue;
            if (fields.Key.Of(memory, bucket, slot) is { } key
                && fields.Element.Of(memory, bucket, slot) is { } element)
            {
                entries.Add(new MapEntry(key, element));
            }
        }
    }

    private sealed record Fields(
        ulong Count, ulong Flags, ulong Bits, ulong Buckets, ulong OldBuckets, ulong TopHash, ulong Overflow,
        ulong BucketSize, SlotField Key, SlotField Element)
    {
        public static Fields? Of(GoType layout, GoType key, GoType element)
        {
            if (Layouts.Field(layout, "count") is not { } count
                || Layouts.Field(layout, "flags") is not { } flags
                || Layouts.Field(layout, "B") is not { } bits
                || Layouts.Field(layout, "buckets") is not { Type.Element: { } bucket } buckets
                || Layouts.Field(layout, "oldbuckets") is not { } old
                || Layouts.Field(bucket, "tophash") is not { } marks
                || Layouts.Field(bucket, "overflow") is not { } overflow
                || Slot(bucket, "keys", key) is not { } keyField
                || Slot(bucket, "values", element) is not { } elementField)
            {
                return null;
            }
            return new Fields(
                (ulong)count.Offset, (ulong)flags.Offset, (ulong)bits.Offset, (ulong)buckets.Offset, (ulong)old.Offset,
                (ulong)marks.Offset, (ulong)overflow.Offset, (ulong)bucket.Size, keyField, elementField);
        }

        private static SlotField? Slot(GoType bucket, string name, GoType wanted) =>
            Layouts.Field(bucket, name) is { Type.Element: { } stored } all
                ? new SlotField((ulong)all.Offset, (ulong)stored.Size, SlotField.Points(stored, wanted))
                : null;
    }
}
