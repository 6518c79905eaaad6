using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.Capture.Values.Maps;

/// <summary>
/// Maps from Go 1.24 on (internal/runtime/maps: map.go, table.go, group.go): a small map is one group; a larger one a
/// directory of tables, in which a table stands as often as its hash prefix is short.
/// </summary>
internal sealed class SwissMapReader(ValueMemory memory, RenderLimits bounds)
{
    private const int SlotsPerGroup = 8;

    /// <summary>Appends entries until the list has <paramref name="end"/>.</summary>
    public MapScan Read(
        GoType layout, GoType key, GoType element, TargetAddress header, int end, List<MapEntry> entries)
    {
        if (Fields.Of(layout, key, element) is not { } fields)
            return new(CaptureReason.UnknownLayout, false, 0);
        if (!memory.TryReadUInt64(header + fields.Used, out ulong used)
            || !memory.TryReadAddress(header + fields.Directory, out TargetAddress directory)
            || !memory.TryReadUInt64(header + fields.DirectoryLength, out ulong tables))
        {
            return new(memory.NotThere, false, 0);
        }
        int groupsLeft = bounds.MapGroupsMax;
        if (used == 0)
            return new(null, false, 0);
        if (tables == 0)
        {
            ReadGroup(fields, directory, end, entries);
            return new(null, false, used);
        }
        TargetAddress last = TargetAddress.Nil;
        for (ulong i = 0; i < tables && groupsLeft > 0 && entries.Count < end; i++)
        {
            groupsLeft--;
            if (!memory.TryReadAddress(directory + (i * 8), out TargetAddress table))
                break;
            // The same table's places in the directory are neighbours.
            if (table == last)
                continue;
            last = table;
            ReadTable(fields, table, end, entries, ref groupsLeft);
        }
        return new(null, false, used);
    }

    private void ReadTable(
        Fields fields, TargetAddress table, int end, List<MapEntry> entries, ref int groupsLeft)
    {
        if (!memory.TryReadAddress(table + fields.Groups, out TargetAddress groups)
            || !memory.TryReadUInt64(table + fields.LengthMask, out ulong mask))
        {
            return;
        }
        for (ulong i = 0; i <= mask && groupsLeft > 0 && entries.Count < end; i++)
        {
            groupsLeft--;
            if (!ReadGroup(fields, groups + (i * fields.GroupSize), end, entries))
                return;
            if (i == ulong.MaxValue)
                return;
        }
    }

    private bool ReadGroup(Fields fields, TargetAddress group, int end, List<MapEntry> entries)
    {
        if (!memory.TryReadUInt64(group + fields.Control, out ulong control))
            return false;
        for (int slot = 0; slot < SlotsPerGroup && entries.Count < end; slot++)
        {
            // A control byte without its high bit is a full slot's (group.go: ctrlEmpty, ctrlDeleted).
            if ((control >> (8 * slot) & 0x80) != 0)
                continue;
            if (fields.Key.Of(memory, group, slot) is { } key && fields.Element.Of(memory, group, slot) is { } element)
                entries.Add(new MapEntry(key, element));
        }
        return true;
    }

    private sealed record Fields(
        ulong Used, ulong Directory, ulong DirectoryLength, ulong Groups, ulong LengthMask, ulong GroupSize,
        ulong Control, SlotField Key, SlotField Element)
    {
        public static Fields? Of(GoType layout, GoType key, GoType element)
        {
            if (Layouts.Field(layout, "used") is not { } used
                || Layouts.Field(layout, "dirPtr") is not { } directory
                || Layouts.Field(layout, "dirLen") is not { } length
                || directory.Type.Element?.Element is not { } table
                || Layouts.Field(table, "groups") is not { } groups
                || Layouts.Field(groups.Type, "data") is not { Type.Element: { } group } data
                || Layouts.Field(groups.Type, "lengthMask") is not { } mask
                || Layouts.Field(group, "ctrl") is not { } control
                || Slot(group, "key", "keys", key) is not { } keyField
                || Slot(group, "elem", "elems", element) is not { } elementField)
            {
                return null;
            }
            ulong offset = (ulong)groups.Offset;
            return new Fields(
                (ulong)used.Offset, (ulong)directory.Offset, (ulong)length.Offset, offset + (ulong)data.Offset,
                offset + (ulong)mask.Offset, (ulong)group.Size, (ulong)control.Offset, keyField, elementField);
        }

        // Slots of key and element, or with GOEXPERIMENT=mapsplitgroup all keys and then all elements.
        private static SlotField? Slot(GoType group, string name, string plural, GoType wanted)
        {
            if (Layouts.Field(group, "slots") is { Type.Element: { } slot } slots
                && Layouts.Field(slot, name) is { } field)
            {
                return new SlotField(
                    (ulong)(slots.Offset + field.Offset), (ulong)slot.Size, SlotField.Points(field.Type, wanted));
            }
            return Layouts.Field(group, plural) is { Type.Element: { } stored } all
                ? new SlotField((ulong)all.Offset, (ulong)stored.Size, SlotField.Points(stored, wanted))
                : null;
        }
    }
}
