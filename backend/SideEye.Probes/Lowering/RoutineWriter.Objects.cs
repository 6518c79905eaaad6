using System.Text;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <content>What objects consist of: whole values, parts of them on the way of a path, maps and channels.</content>
internal sealed partial class RoutineWriter
{
    // A map's directory names a table twice or more often when others were split and it was not. However few entries
    // are wanted, so many of its places are looked at.
    private const int DirectoryPlacesMin = 32;
    private const int EntriesPerPlace = 8;

    private uint MapHeader(RoutineKey key) => key.Type.Layout is null ? None : Number(key.As(RoutineRole.MapHeader));

    private uint Channel(RoutineKey key) => key.Type.Layout is null ? None : Number(key.As(RoutineRole.Channel));

    private static uint ElementBytes(in RoutineKey key)
    {
        GoType? layout = LayoutOf(key);
        long size = layout?.Size ?? (key.Role == RoutineRole.MapDirectory ? sizeof(ulong) : key.Type.Size);
        // Of a huge value as much as one read may copy.
        return (uint)Math.Min(size, NativeLimits.CaptureObjectBytesMax);
    }

    /// <summary>The runtime's struct behind a role; null for Go values.</summary>
    private static GoType? LayoutOf(in RoutineKey key) => key.Role switch
    {
        RoutineRole.MapHeader or RoutineRole.Channel => key.Type.Layout,
        RoutineRole.MapTable => MapLayout.Table(key.Type),
        RoutineRole.MapGroup => MapLayout.Group(key.Type),
        RoutineRole.MapSlot => MapLayout.Slot(key.Type),
        RoutineRole.Waiter => ChannelLayout.Waiter(key.Type),
        _ => null,
    };

    private void Write(RoutineKey key, Routine routine)
    {
        switch (key.Role)
        {
            case RoutineRole.Value:
                NeededBytes needed = new(secrets, routine.ElementBytes);
                needed.Collect(key, routine.Pieces);
                needed.Simplify(routine.Pieces);
                Append(routine, key, Place.At(0), depth: 0);
                break;
            case RoutineRole.MapHeader:
                WriteMapHeader(key, routine);
                break;
            case RoutineRole.MapDirectory:
                routine.Ops.Add(new NativeCaptureOp
                {
                    Code = (uint)NativeCaptureCode.Table, Routine = Number(key.As(RoutineRole.MapTable)),
                    Limit = (uint)Entries(key), Flags = (uint)NativeCaptureFlags.KeepsDepth,
                });
                break;
            case RoutineRole.MapTable when MapLayout.Groups(key.Type) is (long data, long mask, long used):
                AddMany(
                    routine, NativeCaptureCode.MaskPlusOne, data, mask, Groups(key), key.As(RoutineRole.MapGroup),
                    argument: (uint)used);
                break;
            case RoutineRole.MapGroup:
                WriteMapGroup(key, routine);
                break;
            case RoutineRole.MapSlot:
                WriteMapSlot(key, routine);
                break;
            case RoutineRole.Channel:
                WriteChannel(key, routine);
                break;
            case RoutineRole.Waiter:
                WriteWaiter(key, routine);
                break;
        }
    }

    /// <summary>Steps that need the header alone: len(m).</summary>
    private static bool NeedsHeaderOnly(in RoutineKey key) => !key.IsWhole && key.Path[key.Index] is LengthStep;

    private void WriteMapHeader(RoutineKey key, Routine routine)
    {
        if (NeedsHeaderOnly(key) || key.Type.Layout is not { } header)
            return;
        if (MapLayout.Directory(header) is (long pointer, long length))
        {
            routine.Ops.Add(new NativeCaptureOp
            {
                Code = (uint)NativeCaptureCode.Directory, Offset = (int)pointer, Second = (int)length,
                Limit = (uint)Math.Max(DirectoryPlacesMin, Entries(key) / EntriesPerPlace),
                Routine = Number(key.As(RoutineRole.MapGroup)),
                Argument = Number(key.As(RoutineRole.MapDirectory)), Flags = (uint)NativeCaptureFlags.KeepsDepth,
            });
            return;
        }
        foreach ((long buckets, long logarithm, bool areOld) in MapLayout.Buckets(header))
        {
            AddMany(
                routine, NativeCaptureCode.PowerOfTwo, buckets, logarithm, Groups(key), key.As(RoutineRole.MapGroup),
                areOld ? NativeCaptureFlags.OldBuckets : 0);
        }
    }

    /// <summary>How many entries of a map are copied.</summary>
    private static int Entries(in RoutineKey key) =>
        IsForAll(key) ? key.Limits.MapEntries : key.Limits.SearchedEntries;

    /// <summary>True when all entries of a map are wanted, wholly or in part, and not one key's.</summary>
    private static bool IsForAll(in RoutineKey key) => key.IsWhole || key.Path[key.Index] is EachStep;

    /// <summary>Groups are half full on average when a map has just grown, and fuller later.</summary>
    private static uint Groups(in RoutineKey key) =>
        (uint)Math.Max(1, (Entries(key) + (MapLayout.GroupSlots / 4) - 1) / (MapLayout.GroupSlots / 4));

    private void AddMany(
        Routine routine, NativeCaptureCode operation, long pointer, long count, uint limit, RoutineKey target,
        NativeCaptureFlags flags = 0, uint argument = 0) =>
        routine.Ops.Add(new NativeCaptureOp
        {
            Code = (uint)operation, Offset = (int)pointer, Second = (int)count, Limit = limit, Argument = argument,
            Routine = Number(target), Flags = (uint)(NativeCaptureFlags.KeepsDepth | flags),
        });

    /// <summary>
    /// Slots that hold nothing are zero where they could hold pointers, so nothing asks which are in use
    /// (internal/runtime/maps/map.go and runtime/map.go clear what they delete).
    /// </summary>
    private void WriteMapGroup(RoutineKey key, Routine routine)
    {
        // Elements lie in the group itself, secrets of theirs too.
        NeededBytes needed = new(secrets, routine.ElementBytes);
        if (LayoutOf(key) is { } group && HasNames(key.Type))
        {
            LooksAtNames = true;
            needed.CollectNamed(group, MapLayout.Entries(key.Type), routine.Pieces);
        }
        else if (LayoutOf(key) is { } plain)
        {
            needed.CollectWhole(plain, routine.Pieces);
        }
        if (MapLayout.Slots(key.Type) is long slots)
        {
            uint slot = Number(key.As(RoutineRole.MapSlot));
            routine.Ops.Add(new NativeCaptureOp
            {
                Code = (uint)NativeCaptureCode.Elements, Offset = (int)slots, Argument = MapLayout.GroupSlots,
                Routine = slot,
            });
            return;
        }
        if (MapLayout.Bucket(key.Type) is not { } bucket)
            return;
        for (int i = 0; i < MapLayout.GroupSlots; i++)
        {
            AppendEntry(
                routine, key, Place.At(bucket.Keys + (i * bucket.Key.Size)), bucket.Key,
                Place.At(bucket.Elements + (i * bucket.Element.Size)), bucket.Element);
        }
        Point(routine, Place.At(bucket.Overflow), 0, Number(key), 0, keepsDepth: true);
    }

    private void WriteMapSlot(RoutineKey key, Routine routine)
    {
        if (MapLayout.Slot(key.Type) is not { Fields: [var first, var second, ..] })
            return;
        AppendEntry(routine, key, Place.At(first.Offset), first.Type, Place.At(second.Offset), second.Type);
    }

    /// <summary>True for a map whose keys are names, so that some of them may be those of secrets.</summary>
    private static bool HasNames(GoType map) => map is { Key.Kind: GoKind.String, Element.Size: > 0 };

    /// <summary>Large keys and elements are held by pointers (more than 128 bytes): the slot's type says so.</summary>
    private void AppendEntry(
        Routine routine, RoutineKey key, Place keyPlace, GoType keyType, Place elementPlace, GoType elementType)
    {
        if (HasNames(key.Type))
        {
            // A longer key is another one than the key that is looked for.
            uint most = (uint)(key.IsWhole || key.Path[key.Index] is not KeyStep { Key: string wanted }
                ? Math.Max(key.Limits.StringBytes, 0) : Encoding.UTF8.GetByteCount(wanted));
            Count(routine, keyPlace, 0, 8, most, bytes, depth: 0, NativeCaptureFlags.Name);
        }
        else
        {
            AppendHeld(routine, RoutineKey.Whole(key.Type.Key!, key.Limits), keyPlace, keyType);
        }
        RoutineKey rest = key.IsWhole
            ? RoutineKey.Whole(key.Type.Element!, key.Limits)
            : key with { Role = RoutineRole.Value, Type = key.Type.Element!, Index = key.Index + 1 };
        AppendHeld(routine, rest, elementPlace, elementType);
    }

    private void AppendHeld(Routine routine, RoutineKey value, Place place, GoType slot)
    {
        bool isIndirect = slot.Kind == GoKind.Pointer && value.Type.Size != slot.Size;
        if (isIndirect)
            Point(routine, place, 0, Number(value), 0, keepsDepth: true);
        else
            Append(routine, value, place, depth: 0);
    }

    private void WriteChannel(RoutineKey key, Routine routine)
    {
        if (NeedsHeaderOnly(key) || ChannelLayout.Of(key.Type) is not { } channel)
            return;
        if (key.Type.Element is { Size: > 0 } element)
        {
            routine.Ops.Add(new NativeCaptureOp
            {
                Code = (uint)NativeCaptureCode.Counted, Offset = (int)channel.Buffer, Second = (int)channel.Capacity,
                Limit = Elements(element, key.Limits.SliceBytes), Routine = Of(element, key),
                Flags = (uint)NativeCaptureFlags.KeepsDepth,
            });
        }
        foreach (long first in channel.Queues)
            Point(routine, Place.At(first), 0, Number(key.As(RoutineRole.Waiter)), 0, keepsDepth: true);
    }

    private void WriteWaiter(RoutineKey key, Routine routine)
    {
        if (ChannelLayout.WaiterLinks(key.Type) is not (long goroutine, long next, GoType g, long id))
            return;
        Point(routine, Place.At(goroutine), 0, GoroutineId(g, id), 0, keepsDepth: true);
        Point(routine, Place.At(next), 0, Number(key), 0, keepsDepth: true);
    }

    /// <summary>Of a waiting goroutine only its id.</summary>
    private uint GoroutineId(GoType g, long id)
    {
        if (goroutineId == None)
        {
            Routine routine = new() { OwnName = "goid", ElementBytes = ElementBytes(RoutineKey.Whole(g, default)) };
            routine.Pieces.Add(new NativeCapturePiece { Offset = (uint)id, Bytes = sizeof(ulong) });
            goroutineId = Add(routine);
        }
        return goroutineId;
    }

    private uint goroutineId = None;
}
