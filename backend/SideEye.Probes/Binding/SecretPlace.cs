using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Binding;

/// <summary>Bytes of a frame that hold a secret.</summary>
/// <param name="Variable">Whose they are.</param>
/// <param name="Code">Where the debug information says so.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record SecretPlace(GoVariable Variable, PcSpan Code, FrameBlank Bytes)
{
    /// <summary>
    /// A site that blanks the secrets of its frame. A home of the whole call is blanked at every place in the code,
    /// because it keeps its contents. Where a captured variable has the same bytes: of two homes nobody can tell whose
    /// contents are there, so that the captured one has no value; else the value is the captured variable's own, under
    /// a name that is not denied, as when it is handed to an inlined function that calls it a secret.
    /// </summary>
    public static FrameSite Hide(FrameSite site, ImmutableArray<SecretPlace> places)
    {
        if (places.IsEmpty)
            return site;
        List<SecretPlace> here = [.. places.Where(place => place.IsAt(site))];
        site = site with { Rows = [.. site.Rows.Select(row => Withhold(row, site, here))] };
        List<ValueSource> sources = [.. site.Rows.SelectMany(SourcesOf)];
        IEnumerable<FrameBlank> blanks = here
            .Where(place => !sources.Exists(place.IsShared))
            .Select(static place => place.Bytes);
        return site with { Blanks = Merge(blanks) };
    }

    private bool IsAt(FrameSite site) => Variable.HasFixedPlace || (Code.Low < site.High && site.Low < Code.High);

    /// <summary>True when both have one home for the whole call and are in scope, so that each may have its contents.
    /// </summary>
    private bool MayBe(ValueSource source, FrameSite site) => IsShared(source)
        && Variable.HasFixedPlace && source.Variable!.HasFixedPlace && Code.Contains(site.Low - 1);

    /// <summary>True when another variable that is captured has some of the bytes.</summary>
    private bool IsShared(ValueSource source)
    {
        if (source.Variable is not { } other
            || (other.Name == Variable.Name && other.DeclarationLine == Variable.DeclarationLine))
        {
            return false;
        }
        foreach (VariablePiece piece in source.Pieces)
        {
            if (piece.Kind == PlaceKind.Frame && piece.Value < Bytes.End && Bytes.Offset < piece.Value + piece.Bytes)
                return true;
        }
        return false;
    }

    private static SiteRow Withhold(SiteRow row, FrameSite site, List<SecretPlace> here) => row with
    {
        Sources = Withhold(row.Sources, site, here),
        Instances = row.Instances is not { } instances ? null : instances with
        {
            All = [.. instances.All.Select(one => one with { Sources = Withhold(one.Sources, site, here) })],
        },
    };

    private static ImmutableArray<ValueSource> Withhold(
        ImmutableArray<ValueSource> sources, FrameSite site, List<SecretPlace> here) =>
        [.. sources.Select(source => Withhold(source, site, here))];

    private static ValueSource Withhold(ValueSource source, FrameSite site, List<SecretPlace> here)
    {
        ValueSource? shadowed = source.Shadowed is { } outer ? Withhold(outer, site, here) : null;
        if (here.Exists(place => place.MayBe(source, site)))
            return source with { Pieces = [], Unavailable = Unavailable.SharedWithSecret, Shadowed = shadowed };
        return ReferenceEquals(shadowed, source.Shadowed) ? source : source with { Shadowed = shadowed };
    }

    private static IEnumerable<ValueSource> SourcesOf(SiteRow row)
    {
        IEnumerable<ValueSource> all = row.Sources;
        if (row.Instances is { } instances)
            all = all.Concat(instances.All.SelectMany(static one => one.Sources));
        foreach (ValueSource source in all)
        {
            for (ValueSource? one = source; one is not null; one = one.Shadowed)
                yield return one;
        }
    }

    private static ImmutableArray<FrameBlank> Merge(IEnumerable<FrameBlank> blanks)
    {
        ImmutableArray<FrameBlank>.Builder merged = ImmutableArray.CreateBuilder<FrameBlank>();
        foreach (FrameBlank blank in blanks.OrderBy(static blank => blank.Offset))
        {
            if (merged.Count > 0 && merged[^1] is var last && blank.Offset <= last.End)
                merged[^1] = last with { Bytes = (int)(Math.Max(last.End, blank.End) - last.Offset) };
            else
                merged.Add(blank);
        }
        return merged.ToImmutable();
    }
}
