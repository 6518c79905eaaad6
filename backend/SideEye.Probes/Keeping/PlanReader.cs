using System.Collections.Immutable;
using SideEye.Probes.Binding;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;

namespace SideEye.Probes.Keeping;

/// <summary>Reads what <see cref="PlanWriter"/> has written.</summary>
internal sealed class PlanReader
{
    private readonly KeptReader from;
    private readonly SourceReader sources;
    private ImmutableArray<FunctionTable> tables = [];
    private ulong low;

    private PlanReader(KeptReader from)
    {
        this.from = from;
        sources = new SourceReader(from);
    }

    /// <summary>Reads it.</summary>
    /// <param name="from">Where it is.</param>
    /// <param name="spec">A spec that captures the same.</param>
    /// <exception cref="DamagedCaptureException">It is damaged, or of another spec.</exception>
    /// <exception cref="Target.MalformedFileException">A type in the debug information is broken.</exception>
    public static BoundSpec Read(KeptReader from, CaptureSpec spec) => new PlanReader(from).Read(spec);

    private BoundSpec Read(CaptureSpec spec)
    {
        SpecPlaces places = new(spec);
        ImmutableArray<FunctionSpec> functions = from.List(() => places.Function(from.Text()));
        tables = from.List(Table);
        if (functions.Length != tables.Length)
            throw new DamagedCaptureException("tables are of no function");
        return new BoundSpec
        {
            Functions = functions,
            Plan = new CapturePlan(tables, from.List(Site)),
            HeldTypes = from.List(Held),
            ContextKeys = from.List(Key),
            Redaction = spec.Redaction,
            Limits = spec.Limits.Within(LimitsSpec.Default),
            Problems = from.List(() => new BindProblem(places.Read(from), from.Text())),
        };
    }

    private FunctionTable Table() => new(from.Text(), from.Text(), from.List(Column));

    private CapturedColumn Column() => new(
        from.Text(), from.Text(), from.Type(),
        new ValueLimits(from.SignedSmall(), from.SignedSmall(), from.SignedSmall(), from.SignedSmall()),
        from.Flag(), from.Flag());

    private FrameSite Site()
    {
        ulong start = low + from.Number();
        ulong end = start + from.Number();
        if (start < low || end < start)
            throw new DamagedCaptureException("sites are not in order");
        low = start;
        return new FrameSite(start, end, from.List(Row)) { Blanks = from.List(Blank) };
    }

    private SiteRow Row()
    {
        int table = from.Small();
        if (table >= tables.Length)
            throw new DamagedCaptureException("there is no such table");
        int columns = tables[table].Columns.Length;
        return new SiteRow(table, from.SignedSmall(), SourcesOf(columns))
        {
            Instances = from.Flag()
                ? new SiteInstances(
                    from.Signed(), from.List(() => new SiteInstance(from.Number(), SourcesOf(columns))))
                : null,
        };
    }

    private ImmutableArray<ValueSource> SourcesOf(int columns)
    {
        ImmutableArray<ValueSource> of = from.List(() => sources.At(from.Number()));
        return of.Length == columns ? of : throw new DamagedCaptureException("a row has other columns than its table");
    }

    private FrameBlank Blank() => new(from.Signed(), from.Small());

    private HeldType Held() => new(from.Type(), sources.Parts());

    private BoundContextKey Key()
    {
        string column = from.Text();
        string type = from.Text();
        bool isVariable = from.Flag();
        ulong address = from.Number();
        return new BoundContextKey(column, type, isVariable ? address : null);
    }
}
