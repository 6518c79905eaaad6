using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Binding;

/// <summary>
/// Cuts the code of captured functions into sites: ranges of return addresses within which every variable is in the
/// same place. Scopes are looked up one byte before a return address, places at it.
/// </summary>
internal sealed class SiteBuilder(ProbesLimits limits, FrameSecrets secrets)
{
    private readonly List<Segment> segments = [];
    private long places;

    /// <summary>Adds a body of the function of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="body">The body.</param>
    /// <param name="columns">What the table's columns stand for.</param>
    /// <param name="place">Where a frame tells which of the instances it is.</param>
    /// <param name="instances">For each dictionary what the columns stand for.</param>
    public void Add(
        int table, FunctionBody body, ImmutableArray<ColumnCandidates> columns, DictionaryPlace? place = null,
        ImmutableArray<(ulong Dictionary, ImmutableArray<ColumnCandidates> Columns)> instances = default)
    {
        SortedSet<ulong> cuts = [];
        foreach (PcSpan span in body.Code)
            AddCuts(cuts, span.Low + 1, span.High + 1);
        foreach (ColumnCandidates column in columns)
        {
            foreach (Candidate candidate in column.Variables)
            {
                foreach (PcSpan span in candidate.Variable.Scope)
                    AddCuts(cuts, span.Low + 1, span.High + 1);
                foreach (VariableLocation location in candidate.Variable.Locations)
                    AddCuts(cuts, location.Low, location.High);
            }
        }
        if (place is { Code: var told })
            AddCuts(cuts, told.Low, told.High);
        places += (long)cuts.Count * Math.Max(1, columns.Length);
        if (places > limits.PlacesMax)
            throw new CaptureTooLargeException("places of variables", limits.PlacesMax);
        HiddenPlaces hidden = secrets.In(body);
        ulong low = 0;
        foreach (ulong cut in cuts)
        {
            if (low != 0 && IsCode(body, low - 1))
            {
                SiteRow row = RowAt(table, body, columns, low);
                if (place is { } known && known.Code.Contains(low))
                    row = row with { Instances = InstancesAt(known, instances, columns, row, low) };
                segments.Add(new Segment(low, cut, row, hidden));
            }
            low = cut;
        }
    }

    /// <summary>The sites: where bodies overlap, an inlined one and its container, rows stand together.</summary>
    public ImmutableArray<FrameSite> Build()
    {
        SortedSet<ulong> cuts = [];
        foreach (Segment segment in segments)
            AddCuts(cuts, segment.Low, segment.High);
        segments.Sort(static (left, right) => left.Low.CompareTo(right.Low));
        ImmutableArray<FrameSite>.Builder sites = ImmutableArray.CreateBuilder<FrameSite>();
        List<Segment> active = [];
        int next = 0;
        ulong low = 0;
        foreach (ulong cut in cuts)
        {
            if (active.Count > 0)
            {
                // Bodies in one place have one container, and so the same secrets.
                FrameSite site = new(low, cut, [.. active.Select(static segment => segment.Row)]);
                sites.Add(active[0].Hidden.Hide(site));
            }
            active.RemoveAll(segment => segment.High <= cut);
            while (next < segments.Count && segments[next].Low == cut)
                active.Add(segments[next++]);
            low = cut;
        }
        return sites.ToImmutable();
    }

    private static SiteRow RowAt(
        int table, FunctionBody body, ImmutableArray<ColumnCandidates> columns, ulong pc)
    {
        ImmutableArray<ValueSource>.Builder sources = ImmutableArray.CreateBuilder<ValueSource>(columns.Length);
        foreach (ColumnCandidates column in columns)
            sources.Add(column.At(pc - 1, pc));
        return new SiteRow(table, body.InlineDepth, sources.MoveToImmutable());
    }

    private static SiteInstances InstancesAt(
        DictionaryPlace place, ImmutableArray<(ulong Dictionary, ImmutableArray<ColumnCandidates> Columns)> instances,
        ImmutableArray<ColumnCandidates> shared, SiteRow row, ulong pc)
    {
        ImmutableArray<SiteInstance>.Builder all = ImmutableArray.CreateBuilder<SiteInstance>(instances.Length);
        foreach ((ulong dictionary, ImmutableArray<ColumnCandidates> columns) in instances)
        {
            ImmutableArray<ValueSource>.Builder sources = ImmutableArray.CreateBuilder<ValueSource>(columns.Length);
            for (int i = 0; i < columns.Length; i++)
                sources.Add(ReferenceEquals(columns[i], shared[i]) ? row.Sources[i] : columns[i].At(pc - 1, pc));
            all.Add(new SiteInstance(dictionary, sources.MoveToImmutable()));
        }
        return new SiteInstances(place.FrameOffset, all.MoveToImmutable());
    }

    private static bool IsCode(FunctionBody body, ulong pc)
    {
        foreach (PcSpan span in body.Code)
        {
            if (span.Contains(pc))
                return true;
        }
        return false;
    }

    private static void AddCuts(SortedSet<ulong> cuts, ulong low, ulong high)
    {
        cuts.Add(low);
        cuts.Add(high);
    }

    private readonly record struct Segment(
        ulong Low, ulong High, SiteRow Row, HiddenPlaces Hidden);
}
