using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Keeping;

/// <summary>Reads what <see cref="SourceWriter"/> has written.</summary>
internal sealed class SourceReader
{
    private readonly KeptReader from;
    // Parts within parts: an expression has no more steps than that.
    private const int NestingMax = 64;
    private readonly List<ValueSource> all = [];
    private int nesting;

    /// <summary>Reads all places.</summary>
    public SourceReader(KeptReader from)
    {
        this.from = from;
        from.List(Read);
    }

    /// <summary>The place of a number.</summary>
    public ValueSource At(ulong number) => number < (ulong)all.Count
        ? all[(int)number] : throw new DamagedCaptureException("there is no such place");

    /// <summary>The steps of a path.</summary>
    public ImmutableArray<PathStep> Path() => from.List(Step);

    /// <summary>Parts of a value.</summary>
    public ImmutableArray<ValuePart> Parts()
    {
        if (nesting++ >= NestingMax)
            throw new DamagedCaptureException("a path has too many parts within parts");
        ImmutableArray<ValuePart> parts = from.List(() => new ValuePart(from.Text(), Path(), from.Flag()));
        nesting--;
        return parts;
    }

    private ValueSource Read()
    {
        ValueSource source = new(from.Type(), from.List(Piece), from.Flag(), Path(), from.TextOrNull())
        {
            DeclarationLine = from.Small(),
            Global = from.TextOrNull(),
            Shadowed = EarlierOrNull(),
            Otherwise = EarlierOrNull(),
            Closure = from.Flag() ? Closure() : null,
        };
        all.Add(source);
        return source;
    }

    // Only what was read before: so no chain of places is a circle.
    private ValueSource? EarlierOrNull() => from.Number() is > 0 and var number ? At(number - 1) : null;

    private DeferredClosure Closure() => new(from.Signed(), from.Number(), from.Signed(), from.Signed());

    private VariablePiece Piece()
    {
        ulong kind = from.Number();
        return kind <= (ulong)PlaceKind.Global
            ? new VariablePiece((PlaceKind)kind, from.Signed(), from.Small())
            : throw new DamagedCaptureException("there is no such kind of place");
    }

    private PathStep Step()
    {
        StepKind kind = (StepKind)from.Small();
        GoType type = from.Type();
        long number = from.Signed();
        return kind switch
        {
            StepKind.Field => new FieldStep(new GoField(from.Text(), type, number, from.Flag())),
            StepKind.Follow => new FollowStep(type),
            StepKind.Index => new IndexStep(type, number),
            StepKind.TextKey => new KeyStep(type, from.Text()),
            StepKind.NumberKey => new KeyStep(type, number),
            StepKind.FlagKey => new KeyStep(type, number != 0),
            StepKind.Length => new LengthStep(type, number != 0),
            StepKind.Assertion => new AssertionStep(type),
            StepKind.Each => new EachStep(type),
            StepKind.Parts => new PartsStep(type, Parts()),
            _ => throw new DamagedCaptureException("there is no such step"),
        };
    }
}
