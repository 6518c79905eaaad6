using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;
using SideEye.Target.Native;

namespace SideEye.Probes.Lowering;

/// <summary>
/// Writes routines: for a type, or the rest of a path within it, which bytes are copied and which pointers lead on.
/// Routines refer to each other by number, in circles where types do; each is written once.
/// </summary>
internal sealed partial class RoutineWriter
{
    /// <summary>Routine 0 copies an itab, which tells a non-empty interface's type (internal/abi/iface.go).</summary>
    public const uint Itab = 0;

    /// <summary>No routine: there is nothing to follow.</summary>
    public const uint None = uint.MaxValue;

    private const uint ItabBytes = 24;
    private const int FlatteningMax = 16;

    // Types nest by value as deep as this; a deeper one is the debug information's mistake.
    private const int NestingMax = 64;

    private readonly SecretFields secrets;
    private readonly PointerShape shapes;
    private readonly Dictionary<RoutineKey, uint> numbers = new(RoutineKeyComparer.Instance);
    private readonly Queue<(RoutineKey Key, Routine Routine)> unwritten = new();
    private readonly Dictionary<GoType, uint> assertions = [];
    private readonly Dictionary<ulong, uint> constants = [];
    private readonly List<string> constantNames = [];
    private readonly Dictionary<Routine, uint> frames = new(FrameComparer.Instance);
    private readonly uint bytes;
    private readonly uint code;
    private readonly ProbesLimits limits;
    private int steps;
    private int nesting;

    public RoutineWriter(RedactionRules redaction, PointerShape shapes, ProbesLimits limits)
    {
        this.limits = limits;
        secrets = new SecretFields(redaction);
        this.shapes = shapes;
        Add(new Routine { OwnName = "itab", ElementBytes = ItabBytes });
        bytes = Add(new Routine { OwnName = "byte", ElementBytes = 1 });
        code = Add(new Routine { OwnName = "func", ElementBytes = sizeof(ulong) });
    }

    /// <summary>The routines so far.</summary>
    public List<Routine> Routines { get; } = [];

    /// <summary>Link-time addresses of package-level variables, by number.</summary>
    public IEnumerable<ulong> Constants => constants.OrderBy(static one => one.Value).Select(static one => one.Key);

    /// <summary>The names of those variables.</summary>
    public IReadOnlyList<string> ConstantNames => constantNames;

    /// <summary>Types of assertions, with their numbers.</summary>
    public IReadOnlyDictionary<GoType, uint> Assertions => assertions;

    /// <summary>True when some routine follows interfaces: then the table of dynamic types is needed.</summary>
    public bool FollowsInterfaces { get; private set; }

    /// <summary>True when some routine copies entries of maps under names.</summary>
    public bool LooksAtNames { get; private set; }

    /// <summary>The routine of a value of the type.</summary>
    public uint Whole(GoType type, ValueLimits limits) => Number(RoutineKey.Whole(type, limits));

    /// <summary>
    /// The routine of what the data word of an interface points to when the interface holds this type.
    /// </summary>
    public uint Held(GoType type, ValueLimits limits) => type.Kind switch
    {
        GoKind.Pointer => type.Element is { Size: > 0 } target ? Whole(target, limits) : None,
        GoKind.Map => MapHeader(RoutineKey.Whole(type, limits)),
        GoKind.Chan => Channel(RoutineKey.Whole(type, limits)),
        GoKind.Func => code,
        GoKind.UnsafePointer => None,
        _ when type.Size == 0 => None,
        GoKind.Struct or GoKind.Array when shapes.Of(type) is { } inner => Held(inner, limits),
        _ => Whole(type, limits),
    };

    /// <summary>Writes all routines that were referred to.</summary>
    public void Finish()
    {
        while (unwritten.TryDequeue(out (RoutineKey Key, Routine Routine) next))
            Write(next.Key, next.Routine);
    }

    /// <summary>
    /// Adds what is needed of a value to a routine: of its own bytes, and of what it leads to.
    /// </summary>
    /// <param name="routine">The routine; its pieces are not touched.</param>
    /// <param name="key">The value.</param>
    /// <param name="place">Where it lies.</param>
    /// <param name="depth">In a frame's routine the indirections allowed; else 0.</param>
    public void Append(Routine routine, RoutineKey key, Place place, uint depth)
    {
        GoType type = key.Type;
        for (int i = key.Index; i < key.Path.Length; i++)
        {
            switch (key.Path[i])
            {
                case FieldStep step:
                    place = place.Plus(step.Field.Offset);
                    break;
                case IndexStep step when type.Kind == GoKind.Array:
                    place = place.Plus(step.Index * step.Element.Size);
                    break;
                default:
                    AppendStep(routine, key with { Type = type, Index = i }, place, depth);
                    return;
            }
            type = key.Path[i].Type;
        }
        AppendWhole(routine, RoutineKey.Whole(type, key.Limits), place, depth);
    }

    private uint Number(RoutineKey key)
    {
        // How deep pointers are followed is said where following starts, in frames.
        key = key with { Limits = key.Limits with { PointerDepth = 0 } };
        if (numbers.TryGetValue(key, out uint number))
            return number;
        Routine routine = new() { Key = key, ElementBytes = ElementBytes(key) };
        number = Add(routine);
        numbers.Add(key, number);
        unwritten.Enqueue((key, routine));
        return number;
    }

    private uint Add(Routine routine)
    {
        if (Routines.Count >= limits.RoutinesMax)
            throw new CaptureTooLargeException("routines", limits.RoutinesMax);
        Routines.Add(routine);
        return (uint)(Routines.Count - 1);
    }

    private uint Constant(ulong address, string? name)
    {
        if (constants.TryGetValue(address, out uint number))
            return number;
        constants.Add(address, number = (uint)constants.Count);
        constantNames.Add(name ?? $"0x{address:x}");
        return number;
    }

    private uint NumberOfAssertion(GoType type)
    {
        if (!assertions.TryGetValue(type, out uint number))
            assertions.Add(type, number = (uint)assertions.Count + 1);
        return number;
    }

    /// <summary>Steps that need more than the value's own bytes.</summary>
    private void AppendStep(Routine routine, RoutineKey key, Place place, uint depth)
    {
        RoutineKey rest = key with { Type = key.Path[key.Index].Type, Index = key.Index + 1 };
        switch (key.Path[key.Index])
        {
            case FollowStep when rest.Type.Size > 0:
                Point(routine, place, 0, Number(rest), depth, keepsDepth: true);
                break;
            case IndexStep { Index: >= 0 and <= uint.MaxValue } step
                when place.TryWord(0, out int data) && place.TryWord(8, out int length):
                routine.Ops.Add(new NativeCaptureOp
                {
                    Code = (uint)NativeCaptureCode.Element, Offset = data, Second = length, Argument = (uint)step.Index,
                    Limit = (uint)step.Element.Size, Routine = Number(rest),
                    Flags = (uint)NativeCaptureFlags.KeepsDepth, Depth = depth,
                });
                break;
            case KeyStep:
                Point(routine, place, 0, MapHeader(key), depth, keepsDepth: true);
                break;
            case LengthStep when key.Type.Kind == GoKind.Map:
                Point(routine, place, 0, MapHeader(key), depth, keepsDepth: true);
                break;
            case LengthStep when key.Type.Kind == GoKind.Chan:
                Point(routine, place, 0, Channel(key), depth, keepsDepth: true);
                break;
            case AssertionStep step:
                AppendAssertion(routine, key, step, place, depth);
                break;
            case EachStep when key.Type.Kind == GoKind.Map:
                Point(routine, place, 0, MapHeader(key), depth, keepsDepth: true);
                break;
            case EachStep when key.Type.Kind == GoKind.Array:
                AppendElements(routine, rest, key.Type.Length, place, depth);
                break;
            case EachStep when rest.Type.Size > 0:
                Count(
                    routine, place, 0, 8, Elements(rest.Type, key.Limits.SliceBytes), Number(rest), depth,
                    NativeCaptureFlags.KeepsDepth);
                break;
            case PartsStep step:
                foreach (ValuePart part in step.Readable)
                {
                    Append(
                        routine, new RoutineKey(RoutineRole.Value, step.Whole, part.Steps, 0, key.Limits), place,
                        depth);
                }
                break;
        }
    }

    /// <summary>
    /// A pointer-shaped value is the data word itself: the routine is then that of what it points to.
    /// </summary>
    private void AppendAssertion(Routine routine, RoutineKey key, AssertionStep step, Place place, uint depth)
    {
        RoutineKey rest = key with { Type = step.Dynamic, Index = key.Index + 1 };
        uint target = rest.IsWhole ? Held(step.Dynamic, key.Limits)
            : step.Dynamic is { Kind: GoKind.Pointer, Element: { } pointee } && rest.Path[rest.Index] is FollowStep
                ? Number(rest with { Type = pointee, Index = rest.Index + 1 })
                : step.Dynamic.Kind == GoKind.Map ? MapHeader(rest)
                : step.Dynamic.Kind == GoKind.Chan ? Channel(rest)
                : shapes.Of(step.Dynamic) is { } inner ? Held(inner, key.Limits)
                : Number(rest);
        if (!place.TryWord(0, out int word) || !place.TryWord(8, out int data))
            return;
        FollowsInterfaces = true;
        routine.Ops.Add(new NativeCaptureOp
        {
            Code = (uint)NativeCaptureCode.Assertion, Offset = word, Second = data, Routine = target,
            Argument = NumberOfAssertion(step.Dynamic), Depth = depth,
            Flags = (uint)(NativeCaptureFlags.KeepsDepth | EmptyInterface(key.Type)),
        });
    }

    private static NativeCaptureFlags EmptyInterface(GoType type) =>
        type.IsEmptyInterface ? NativeCaptureFlags.EmptyInterface : 0;

    private static void Point(Routine routine, Place place, long offset, uint target, uint depth, bool keepsDepth)
    {
        if (target == None || !place.TryWord(offset, out int position))
            return;
        routine.Ops.Add(new NativeCaptureOp
        {
            Code = (uint)NativeCaptureCode.Pointer, Offset = position, Routine = target, Depth = depth,
            Flags = keepsDepth ? (uint)NativeCaptureFlags.KeepsDepth : 0,
        });
    }
}
