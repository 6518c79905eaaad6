using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Binding;
using SideEye.Probes.Plan;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <content>Where capturing starts: variables of frames, package-level ones, and what interfaces hold.</content>
internal sealed partial class RoutineWriter
{
    /// <summary>Adds the routine of a frame, or finds the one that does the same in the same function: wherever no
    /// variable has moved.</summary>
    public uint AddFrame(Routine frame)
    {
        if (!frames.TryGetValue(frame, out uint number))
            frames.Add(frame, number = Add(frame));
        return number;
    }

    /// <summary>The question whether a frame has an address at a place; the operations for when it has follow.
    /// </summary>
    public NativeCaptureOp OnlyIf(long offset, ulong address, uint operations, string what) => new()
    {
        Code = (uint)NativeCaptureCode.OnlyIf, Offset = (int)offset, Limit = operations,
        Argument = Constant(address, $"{what} {constants.Count}"),
    };

    /// <summary>Adds to a frame's routine what the value of a column needs.</summary>
    public void AppendRoot(Routine frame, ValueSource source, ValueLimits limits)
    {
        RoutineKey key = new(RoutineRole.Value, source.Root, source.Path, 0, limits);
        uint depth = (uint)Math.Clamp(limits.PointerDepth, 0, NativeLimits.CaptureDepthMax);
        Place place = Place.In(source.Pieces);
        if (source.Pieces is [{ Kind: PlaceKind.Global } global])
        {
            frame.Ops.Add(new NativeCaptureOp
            {
                Code = (uint)NativeCaptureCode.Global, Argument = Constant((ulong)global.Value, source.Global),
                Routine = Number(key), Flags = (uint)NativeCaptureFlags.KeepsDepth, Depth = depth,
            });
        }
        else if (source.IsEscaped)
        {
            Point(frame, place, 0, source.Root.Size > 0 ? Number(key) : None, depth, keepsDepth: true);
        }
        else
        {
            Append(frame, key, place, depth);
        }
    }

    /// <summary>The routine of what the data word points to when only parts of the dynamic type are wanted.</summary>
    public uint Parts(HeldType held, ValueLimits limits)
    {
        bool isPointer = held.Type.Kind == GoKind.Pointer;
        if ((isPointer ? held.Type.Element : held.Type) is not { Size: > 0 } target)
            return None;
        if (!isPointer && shapes.Of(held.Type) is not null)
            return Held(held.Type, limits);
        return Number(new RoutineKey(RoutineRole.Value, target, [new PartsStep(target, held.Parts)], 0, limits));
    }
}
