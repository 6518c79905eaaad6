using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Binding;

/// <summary>What the frames of one function hide.</summary>
/// <param name="Places">Where secrets are.</param>
/// <param name="IsAnywhere">True when there is one that may be anywhere in the frame: then all is hidden that is not
/// captured.</param>
/// <param name="Types">Knows how large frames are.</param>
internal sealed record HiddenPlaces(ImmutableArray<SecretPlace> Places, bool IsAnywhere, IProgramTypes Types)
{
    // Return address and frame pointer, by which stacks are unwound; variables never lie there.
    private const int LinkBytes = 16;

    /// <summary>
    /// A site that blanks the secrets of its frame. Where a captured variable has the same bytes: of two homes nobody
    /// can tell whose contents are there, so that the captured one has no value; else the value is the captured
    /// variable's own, under a name that is not denied, as when it is handed to an inlined function that calls it a
    /// secret.
    /// </summary>
    public FrameSite Hide(FrameSite site)
    {
        if (Places.IsEmpty && !IsAnywhere)
            return site;
        List<SecretPlace> here = [.. Places.Where(place => place.IsAt(site))];
        site = site with { Rows = [.. site.Rows.Select(row => Withhold(row, site, here))] };
        List<ValueSource> sources = [.. site.Rows.SelectMany(SourcesOf)];
        IEnumerable<FrameBlank> blanks = here
            .Where(place => !sources.Exists(place.IsShared))
            .Select(static place => place.Bytes);
        return site with { Blanks = Merge(IsAnywhere ? blanks.Concat(NotCaptured(site, sources)) : blanks) };
    }

    /// <summary>The bytes of a frame that no captured variable has.</summary>
    private IEnumerable<FrameBlank> NotCaptured(FrameSite site, List<ValueSource> sources)
    {
        List<FrameBlank> captured = [.. sources.SelectMany(static source => source.Pieces)
            .Where(static piece => piece.Kind == PlaceKind.Frame)
            .Select(static piece => new FrameBlank(piece.Value, piece.Bytes))];
        captured.AddRange(site.Rows.Where(static row => row.Instances is not null)
            .Select(static row => new FrameBlank(row.Instances!.DictionaryOffset, sizeof(ulong))));
        long start = -Types.FrameBytes(site.Low - 1, site.High);
        foreach (FrameBlank one in captured.OrderBy(static one => one.Offset))
        {
            long end = Math.Min(one.Offset, -LinkBytes);
            if (start < end)
                yield return new FrameBlank(start, (int)(end - start));
            start = Math.Max(start, one.End);
        }
        if (start < -LinkBytes)
            yield return new FrameBlank(start, (int)(-LinkBytes - start));
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
