using SideEye.GoRuntime;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Binding;
using SideEye.Probes.Plan;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>
/// How many bytes a frame may make the probe copy, besides the stack itself: what its values lead to if every string,
/// slice and map is as large as its limits let it be. It is never less than what is copied.
/// </summary>
public sealed class CaptureBounds
{
    private readonly CapturePlan plan;
    private readonly RoutineWriter routines;
    private readonly BoundSpec spec;
    private readonly Dictionary<(uint Routine, uint Depth), ulong> known = [];
    private ulong frameBytesMax;

    private CaptureBounds(BoundSpec spec, GoBinary binary)
    {
        this.spec = spec;
        plan = spec.Plan;
        routines = new RoutineWriter(spec.Redaction, PointerShape.For(binary.Version), ProbesLimits.Default);
    }

    /// <summary>The bounds of a spec that was bound to a binary.</summary>
    public static CaptureBounds Of(BoundSpec spec, GoBinary binary) => new(spec, binary);

    /// <summary>Bytes for one column at the place in the code that may need the most.</summary>
    /// <returns>At most what the limits allow for one frame, however many values there could be.</returns>
    public long Column(int table, int column)
    {
        CapturedColumn captured = plan.Tables[table].Columns[column];
        if (captured.IsSecret)
            return 0;
        Within((ulong)spec.FrameBytes(table));
        ulong most = 0;
        HashSet<Routine> seen = new(FrameComparer.Instance);
        foreach (FrameSite site in plan.Sites)
        {
            foreach (SiteRow row in site.Rows)
            {
                if (row.Table != table)
                    continue;
                Routine frame = new() { OwnName = "", ElementBytes = 0 };
                for (ValueSource? one = row.Sources[column]; one is not null; one = one.Shadowed)
                {
                    if (one.Unavailable is null)
                        routines.AppendRoot(frame, one, captured.Limits);
                }
                if (!seen.Add(frame))
                    continue;
                routines.Finish();
                most = Math.Max(most, Operations(frame, null));
            }
        }
        return (long)most;
    }

    /// <summary>What routines lead to is known for one limit.</summary>
    private void Within(ulong frameBytes)
    {
        if (frameBytesMax != frameBytes)
            known.Clear();
        frameBytesMax = frameBytes;
    }

    /// <summary>Bytes that a routine's operations lead to.</summary>
    /// <param name="routine">The routine.</param>
    /// <param name="depth">Indirections left; null in a frame, where each operation says it.</param>
    private ulong Operations(Routine routine, uint? depth)
    {
        ulong sum = 0;
        foreach (NativeCaptureOp op in routine.Ops)
            sum = Cut(sum + Operation(op, depth ?? op.Depth));
        return sum;
    }

    private ulong Operation(in NativeCaptureOp op, uint depth) => (NativeCaptureCode)op.Code switch
    {
        // What an interface holds is not known before.
        NativeCaptureCode.Interface => depth == 0 && !Flags(op).HasFlag(NativeCaptureFlags.KeepsDepth)
            ? NativeLimits.CaptureItabBytes : frameBytesMax,
        NativeCaptureCode.Assertion => NativeLimits.CaptureItabBytes + Pointer(op, op.Routine, 1, depth),
        NativeCaptureCode.Elements => op.Routine < (uint)routines.Routines.Count
            ? Times(Behind(op.Routine, depth), op.Argument) : 0,
        NativeCaptureCode.Pointer or NativeCaptureCode.Element or NativeCaptureCode.Global
            or NativeCaptureCode.Table =>
            Pointer(op, op.Routine, 1, depth),
        NativeCaptureCode.Directory => Math.Max(
            Pointer(op, op.Routine, 1, depth), Pointer(op, op.Argument, op.Limit, depth)),
        _ => Pointer(op, op.Routine, op.Limit, depth),
    };

    private ulong Pointer(in NativeCaptureOp op, uint target, uint count, uint depth)
    {
        if (target >= (uint)routines.Routines.Count)
            return 0;
        Routine routine = routines.Routines[(int)target];
        uint cost = Flags(op).HasFlag(NativeCaptureFlags.KeepsDepth) ? 0u : 1u;
        bool isPlain = routine.Ops.Count == 0 && op.Code != (uint)NativeCaptureCode.Pointer;
        if (!isPlain && depth < cost)
            return 0;
        return Times(routine.ElementBytes + (isPlain ? 0 : Behind(target, depth - cost)), count);
    }

    /// <summary>What one element of a routine leads to. In a circle it is as much as a frame may have.</summary>
    private ulong Behind(uint number, uint depth)
    {
        if (known.TryGetValue((number, depth), out ulong bytes))
            return bytes;
        known.Add((number, depth), frameBytesMax);
        return known[(number, depth)] = Operations(routines.Routines[(int)number], depth);
    }

    private ulong Times(ulong bytes, uint count) => Cut(Cut(bytes) * count);

    private ulong Cut(ulong bytes) => Math.Min(bytes, frameBytesMax);

    private static NativeCaptureFlags Flags(in NativeCaptureOp op) => (NativeCaptureFlags)op.Flags;
}
