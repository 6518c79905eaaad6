using System.Collections.Immutable;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Binding;
using SideEye.Probes.Plan;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>
/// Lowers a bound spec to a capture program: for each site the routine of its frame, for each range of pcs the distance
/// from SP to CFA, for each type that an interface may hold what to copy of it.
/// </summary>
internal sealed class ProgramCompiler
{
    // What constants are called that have no name in the program.
    private const string Dictionary = "dictionary";
    private const string Closure = "closure";

    private readonly BoundSpec spec;
    private readonly GoBinary binary;
    private readonly RoutineWriter routines;
    private readonly PointerShape shapes;
    private readonly ImmutableArray<NativeCaptureRange>.Builder ranges =
        ImmutableArray.CreateBuilder<NativeCaptureRange>();

    private ProgramCompiler(BoundSpec spec, GoBinary binary, ProbesLimits limits)
    {
        this.spec = spec;
        this.binary = binary;
        shapes = PointerShape.For(binary.Version);
        routines = new RoutineWriter(spec.Redaction, shapes, limits);
    }

    /// <summary>Compiles the program of a binary.</summary>
    /// <param name="spec">The spec, bound to it.</param>
    /// <param name="binary">Its text and stack tables.</param>
    /// <param name="heldTypes">The types that an interface may hold; enumerated only when one is followed.</param>
    /// <param name="limits">Bounds on the program.</param>
    /// <exception cref="CaptureTooLargeException">It would be larger.</exception>
    public static CaptureProgram Compile(
        BoundSpec spec, GoBinary binary, IEnumerable<GoType> heldTypes, ProbesLimits limits) =>
        new ProgramCompiler(spec, binary, limits).Compile(heldTypes);

    private CaptureProgram Compile(IEnumerable<GoType> heldTypes)
    {
        foreach (FrameSite site in spec.Plan.Sites)
        {
            // The return address may lie just behind the function; its frame is that of the call before it.
            if (binary.Pcln.TryFindFunction(site.Low - 1, out GoFunction function))
                AddRanges(site, function, AddFrame(site, binary.Pcln.Name(function)));
        }
        routines.Finish();
        ImmutableArray<GoType>.Builder held = ImmutableArray.CreateBuilder<GoType>();
        ImmutableArray<NativeCaptureType> types = routines.FollowsInterfaces ? AddTypes(heldTypes, held) : [];
        List<Routine> written = routines.Routines;
        ImmutableArray<GoType> assertions =
            [.. routines.Assertions.OrderBy(static one => one.Value).Select(static one => one.Key)];
        ImmutableArray<string> constants = [.. routines.ConstantNames];
        NameAutomaton? secretNames = routines.LooksAtNames ? NameAutomaton.Of(spec.Redaction) : null;
        return new CaptureProgram(
            ProgramTables.Of(written, ranges.ToImmutable(), types, [.. routines.Constants], secretNames),
            () => new ProgramNames(
                [.. written.Select(static routine => routine.Name)], held.ToImmutable(), assertions, constants))
        {
            TextStart = binary.Pcln.TextStart,
            TextBytes = binary.Pcln.TextEnd - binary.Pcln.TextStart,
            BytesMax = (ulong)spec.Limits.SnapshotBytes!.Value,
            FrameBytesMax = (uint)spec.Limits.FrameBytes!.Value,
        };
    }

    private uint AddFrame(FrameSite site, string function)
    {
        Routine frame = new()
        {
            OwnName = $"frame of {function}", ElementBytes = 0,
            FrameBytes = (uint)site.Rows.Max(row => spec.FrameBytes(row.Table)),
        };
        foreach (FrameBlank blank in site.Blanks)
            AddBlank(frame, blank);
        foreach (SiteRow row in site.Rows)
        {
            FunctionTable table = spec.Plan.Tables[row.Table];
            for (int i = 0; i < row.Sources.Length; i++)
            {
                if (!table.Columns[i].IsSecret)
                    AddSource(frame, row.Sources[i], table.Columns[i].Limits);
            }
            foreach (SiteInstance instance in row.Instances?.All ?? [])
                AddInstance(frame, row, instance);
        }
        return frame.Ops.Count == 0 ? RoutineWriter.None : routines.AddFrame(frame);
    }

    /// <summary>Comes before what else a frame does: a limit may end that.</summary>
    private static void AddBlank(Routine frame, FrameBlank blank)
    {
        for (long at = blank.Offset; at < blank.End; at += NativeLimits.CaptureBlankBytesMax)
        {
            frame.Ops.Add(new NativeCaptureOp
            {
                Code = (uint)NativeCaptureCode.Blank, Offset = (int)at,
                Limit = (uint)Math.Min(blank.End - at, NativeLimits.CaptureBlankBytesMax),
            });
        }
    }

    /// <summary>What only one instance of a generic function needs: its operations follow a question which one it is.
    /// </summary>
    private void AddInstance(Routine frame, SiteRow row, SiteInstance instance)
    {
        int question = frame.Ops.Count;
        frame.Ops.Add(default);
        FunctionTable table = spec.Plan.Tables[row.Table];
        for (int i = 0; i < row.Sources.Length; i++)
        {
            if (!table.Columns[i].IsSecret && !ReferenceEquals(instance.Sources[i], row.Sources[i]))
                AddSource(frame, instance.Sources[i], table.Columns[i].Limits);
        }
        uint count = (uint)(frame.Ops.Count - question - 1);
        long place = row.Instances!.DictionaryOffset;
        if (count == 0)
            frame.Ops.RemoveAt(question);
        else
            frame.Ops[question] = routines.OnlyIf(place, instance.Dictionary, count, Dictionary);
    }

    private void AddSource(Routine frame, ValueSource source, ValueLimits limits)
    {
        // Whether the declaration is passed is not asked here: one copy too many does no harm.
        for (ValueSource? one = source; one is not null; one = one.Shadowed)
        {
            for (ValueSource? place = one; place is not null; place = place.Otherwise)
            {
                if (place.Unavailable is null)
                    AddPlace(frame, place, limits);
            }
        }
    }

    /// <summary>What lies where no closure is says nothing: it is not followed.</summary>
    private void AddPlace(Routine frame, ValueSource source, ValueLimits limits)
    {
        if (source.Closure is not { } closure)
        {
            routines.AppendRoot(frame, source, limits);
            return;
        }
        int question = frame.Ops.Count;
        frame.Ops.Add(default);
        routines.AppendRoot(frame, source, limits);
        uint count = (uint)(frame.Ops.Count - question - 1);
        if (count == 0)
            frame.Ops.RemoveAt(question);
        else
            frame.Ops[question] = routines.OnlyIf(closure.Offset, closure.Code, count, Closure);
    }

    /// <summary>A range for each distance from SP to CFA within the site.</summary>
    private void AddRanges(FrameSite site, in GoFunction function, uint frame)
    {
        if (frame == RoutineWriter.None)
            return;
        ulong text = binary.Pcln.TextStart;
        int toCfa = binary.Architecture == Target.Architecture.Arm64 ? 0 : sizeof(ulong);
        for (ulong pc = site.Low; pc < site.High;)
        {
            if (!binary.Pcln.TryStackDelta(function, Math.Min(pc, function.End - 1), out int delta, out ulong until))
                return;
            ulong high = until > pc ? Math.Min(until, site.High) : site.High;
            AddRange(new NativeCaptureRange
            {
                Low = (uint)(pc - text), High = (uint)(high - text), Routine = frame,
                CfaOffset = (uint)(delta + toCfa),
            });
            pc = high;
        }
    }

    private void AddRange(NativeCaptureRange range)
    {
        if (ranges.Count > 0 && ranges[^1] is var last
            && last.High == range.Low && last.Routine == range.Routine && last.CfaOffset == range.CfaOffset)
        {
            ranges[^1] = last with { High = range.High };
        }
        else
        {
            ranges.Add(range);
        }
    }

    private ImmutableArray<NativeCaptureType> AddTypes(
        IEnumerable<GoType> heldTypes, ImmutableArray<GoType>.Builder added)
    {
        Dictionary<GoType, HeldType> parts = spec.HeldTypes.ToDictionary(static held => held.Type);
        ValueLimits limits = ValueLimits.Of(spec.Limits);
        ImmutableArray<NativeCaptureType>.Builder types = ImmutableArray.CreateBuilder<NativeCaptureType>();
        foreach (GoType type in heldTypes)
        {
            if (type.RuntimeType is not { } offset || type.Kind == GoKind.Interface)
                continue;
            uint routine = parts.TryGetValue(type, out HeldType? held) && !held.Parts.IsEmpty
                ? routines.Parts(held, limits) : routines.Held(type, limits);
            added.Add(type);
            types.Add(new NativeCaptureType
            {
                Address = binary.ModuleData.Types + offset,
                Routine = routine,
                Number = routines.Assertions.GetValueOrDefault(type),
                Flags = shapes.Of(type) is null ? 0 : (uint)NativeTypeFlags.Direct,
            });
        }
        routines.Finish();
        return types.ToImmutable();
    }
}
