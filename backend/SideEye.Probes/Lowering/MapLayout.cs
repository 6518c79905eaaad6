using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Lowering;

/// <summary>
/// Where the parts of a map lie, by the names of the runtime's fields: swiss maps (internal/runtime/maps, Go 1.24 on)
/// and those before (runtime/map.go, hmap and bmap).
/// </summary>
internal static class MapLayout
{
    /// <summary>Slots of a group, entries of a bucket.</summary>
    public const int GroupSlots = 8;

    /// <summary>Offsets of dirPtr and dirLen in the header of a swiss map; null for another map.</summary>
    public static (long Pointer, long Length)? Directory(GoType header) =>
        header.Field("dirPtr") is { } pointer && header.Field("dirLen") is { } length
            ? (pointer.Offset, length.Offset) : null;

    /// <summary>The table of a swiss map.</summary>
    public static GoType? Table(GoType map) => Pointee(Pointee(map.Layout.Field("dirPtr")?.Type));

    /// <summary>Offsets of the groups' address, of their number minus one and of the number of entries in a table.
    /// </summary>
    public static (long Pointer, long Mask, long Used)? Groups(GoType map)
    {
        GoField? groups = Table(map).Field("groups");
        if (Table(map).Field("used") is not { Type.Size: sizeof(ushort) } used)
            return null;
        return groups?.Type.Field("data") is { } data && groups?.Type.Field("lengthMask") is { } mask
            ? (groups!.Offset + data.Offset, groups.Offset + mask.Offset, used.Offset) : null;
    }

    /// <summary>A group of a swiss map, or a bucket.</summary>
    public static GoType? Group(GoType map) =>
        Pointee(Table(map).Field("groups")?.Type.Field("data")?.Type)
            ?? Pointee(map.Layout.Field("buckets")?.Type);

    /// <summary>Offset of the slots in a group; null for a bucket.</summary>
    public static long? Slots(GoType map) => Group(map).Field("slots")?.Offset;

    /// <summary>A slot: its first field is the key, its second the element.</summary>
    public static GoType? Slot(GoType map) =>
        Group(map).Field("slots")?.Type is { Kind: GoKind.Array, Element: { } slot } ? slot : null;

    /// <summary>Offsets of the bucket pointers and of the byte with the logarithm of their number. Of the old ones
    /// there are half as many, unless the byte before that one says that the map grows in place: so they are only there
    /// where that byte is.</summary>
    public static IEnumerable<(long Pointer, long Logarithm, bool AreOld)> Buckets(GoType header)
    {
        if (header.Field("B") is not { } logarithm)
            yield break;
        if (header.Field("buckets") is { } buckets)
            yield return (buckets.Offset, logarithm.Offset, false);
        if (header.Field("oldbuckets") is { } old && header.Field("flags")?.Offset == logarithm.Offset - 1)
            yield return (old.Offset, logarithm.Offset, true);
    }

    /// <summary>The parts of a bucket; null when it has none we know.</summary>
    public static BucketLayout? Bucket(GoType map)
    {
        GoType? bucket = Group(map);
        return bucket.Field("keys") is { Type.Element: { } key } keys
            && bucket.Field("values") is { Type.Element: { } element } elements
            && bucket.Field("overflow") is { } overflow
            ? new BucketLayout(keys.Offset, key, elements.Offset, element, overflow.Offset) : null;
    }

    /// <summary>The keys and elements in a group or bucket, in the order of memory; empty when it has none we know.
    /// </summary>
    public static IReadOnlyList<EntryLayout> Entries(GoType map)
    {
        if (Slots(map) is long slots && Slot(map) is { Fields: [var key, var element, ..] } slot)
        {
            return [.. Enumerable.Range(0, GroupSlots).Select(i => slots + (i * slot.Size))
                .Select(start => new EntryLayout(start + key.Offset, start + element.Offset, element.Type))];
        }
        // All keys and then all elements: buckets, and groups with GOEXPERIMENT=mapsplitgroup.
        GoType? group = Group(map);
        if (group.Field("keys") is not { Type.Element: { } stored } keys
            || (group.Field("values") ?? group.Field("elems")) is not { Type.Element: { } held } elements)
        {
            return [];
        }
        return [.. Enumerable.Range(0, GroupSlots).Select(i => new EntryLayout(
            keys.Offset + (i * stored.Size), elements.Offset + (i * held.Size), held))];
    }

    private static GoType? Pointee(GoType? type) => type is { Kind: GoKind.Pointer } ? type.Element : null;
}

/// <summary>Where an entry lies in a group or bucket: its key, and its element of the type that is stored.</summary>
internal sealed record EntryLayout(long Key, long Element, GoType ElementType);

/// <summary>Offsets in a bucket of a map before Go 1.24.</summary>
internal sealed record BucketLayout(long Keys, GoType Key, long Elements, GoType Element, long Overflow);
