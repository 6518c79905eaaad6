using SideEye.GoRuntime.Types;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <content>Whole values: what of every kind of type leads on.</content>
internal sealed partial class RoutineWriter
{
    private void AppendWhole(Routine routine, RoutineKey key, Place place, uint depth)
    {
        CountStep();
        if (nesting >= NestingMax)
            return;
        nesting++;
        AppendParts(routine, key, place, depth);
        nesting--;
    }

    private void CountStep()
    {
        if (++steps > limits.StepsMax)
            throw new CaptureTooLargeException("values", limits.StepsMax);
    }

    private void AppendParts(Routine routine, RoutineKey key, Place place, uint depth)
    {
        GoType type = key.Type;
        switch (type.Kind)
        {
            case GoKind.String:
                Count(routine, place, 0, 8, (uint)Math.Max(key.Limits.StringBytes, 0), bytes, depth);
                break;
            case GoKind.Slice when type.Element is { Size: > 0 } element:
                Count(routine, place, 0, 8, Elements(element, key.Limits.SliceBytes), Of(element, key), depth);
                break;
            case GoKind.Array when type.Element is { Size: > 0 } element:
                AppendArray(routine, key, element, place, depth);
                break;
            case GoKind.Struct when HeldByAtomic(type) is (GoField word, GoType held):
                Point(routine, place, word.Offset, Of(held, key), depth, keepsDepth: false);
                break;
            case GoKind.Struct:
                foreach (GoField field in type.Fields)
                    AppendField(routine, key, field, place.Plus(field.Offset), depth);
                break;
            case GoKind.Pointer when type.Element is { Size: > 0 } target:
                Point(routine, place, 0, Of(target, key), depth, keepsDepth: false);
                break;
            case GoKind.Map:
                Point(routine, place, 0, MapHeader(key), depth, keepsDepth: false);
                break;
            case GoKind.Chan:
                Point(routine, place, 0, Channel(key), depth, keepsDepth: false);
                break;
            case GoKind.Func:
                Point(routine, place, 0, code, depth, keepsDepth: true);
                break;
            case GoKind.Interface:
                AppendInterface(routine, type, place, depth, keepsDepth: false);
                break;
        }
    }

    /// <summary>
    /// The word of an atomic.Pointer[T], which is an unsafe.Pointer, and T: the type of a field of no size says which
    /// (sync/atomic/type.go).
    /// </summary>
    private static (GoField Word, GoType Held)? HeldByAtomic(GoType type)
    {
        if (!type.Name.StartsWith("sync/atomic.Pointer[", StringComparison.Ordinal) || type.Field("v") is not { } word)
            return null;
        foreach (GoField field in type.Fields)
        {
            if (field.Type is { Kind: GoKind.Array, Element: { Kind: GoKind.Pointer, Element: { Size: > 0 } held } })
                return (word, held);
        }
        return null;
    }

    /// <summary>The routine of a part of a whole value; bytes without pointers of their own share one.</summary>
    private uint Of(GoType type, in RoutineKey within) =>
        type.Size == 1 && type.Kind is GoKind.Uint8 or GoKind.Int8 or GoKind.Bool
            ? bytes
            : Number(RoutineKey.Whole(type, within.Limits));

    private void AppendField(Routine routine, RoutineKey holder, GoField field, Place place, uint depth)
    {
        if (secrets.IsSecret(field.Name))
            return;
        // The zone of a time is a table of the whole history of a place (time/zoneinfo.go, Location).
        if (holder.Type.Name == "time.Time" && field.Name == "loc")
            return;
        // A context is a chain of contexts: its length is not its depth.
        if (field.Type is { Kind: GoKind.Interface, Name: "context.Context" })
        {
            AppendInterface(routine, field.Type, place, depth, keepsDepth: IsContext(holder.Type));
            return;
        }
        AppendWhole(routine, RoutineKey.Whole(field.Type, holder.Limits), place, depth);
    }

    private static bool IsContext(GoType type) => type.Name.StartsWith("context.", StringComparison.Ordinal);

    private void AppendArray(Routine routine, RoutineKey key, GoType element, Place place, uint depth)
    {
        if (LeadsOn(element, 0))
            AppendElements(routine, RoutineKey.Whole(element, key.Limits), key.Type.Length, place, depth);
    }

    /// <summary>Adds what of each element of an array is needed.</summary>
    private void AppendElements(Routine routine, RoutineKey element, long length, Place place, uint depth)
    {
        if (element.Type.Size == 0)
            return;
        uint count = (uint)Math.Min(length, Elements(element.Type, element.Limits.SliceBytes));
        if (depth != 0 || count <= FlatteningMax)
        {
            for (uint i = 0; i < count; i++)
            {
                CountStep();
                Append(routine, element, place.Plus(i * element.Type.Size), depth);
            }
        }
        else if (place.TryWord(0, out int position))
        {
            routine.Ops.Add(new NativeCaptureOp
            {
                Code = (uint)NativeCaptureCode.Elements, Offset = position, Argument = count, Routine = Number(element),
            });
        }
    }

    private void AppendInterface(Routine routine, GoType type, Place place, uint depth, bool keepsDepth)
    {
        if (!place.TryWord(0, out int word) || !place.TryWord(8, out int data))
            return;
        FollowsInterfaces = true;
        NativeCaptureFlags flags = EmptyInterface(type) | (keepsDepth ? NativeCaptureFlags.KeepsDepth : 0);
        routine.Ops.Add(new NativeCaptureOp
        {
            Code = (uint)NativeCaptureCode.Interface, Offset = word, Second = data, Flags = (uint)flags, Depth = depth,
        });
    }

    private static void Count(
        Routine routine, Place place, long pointer, long length, uint limit, uint target, uint depth,
        NativeCaptureFlags flags = 0)
    {
        if (limit == 0 || !place.TryWord(pointer, out int position) || !place.TryWord(length, out int second))
            return;
        routine.Ops.Add(new NativeCaptureOp
        {
            Code = (uint)NativeCaptureCode.Counted, Offset = position, Second = second, Limit = limit, Routine = target,
            Depth = depth, Flags = (uint)flags,
        });
    }

    /// <summary>At least one element, however large.</summary>
    private static uint Elements(GoType element, int bytesMax) =>
        (uint)Math.Max(1, bytesMax / Math.Max(1, element.Size));

    private static bool LeadsOn(GoType type, int nesting) => type.Kind switch
    {
        _ when nesting >= NestingMax => false,
        GoKind.Struct => type.Fields.Any(field => LeadsOn(field.Type, nesting + 1)),
        GoKind.Array => type.Element is { } element && LeadsOn(element, nesting + 1),
        GoKind.Invalid or GoKind.UnsafePointer => false,
        _ => type.Kind >= GoKind.Chan,
    };
}
