using System.Collections.Immutable;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Merging;

/// <summary>
/// Merges specs: a team's files on top of the built-in packs. Captures of the same function are united, limits of later
/// files win, a file's table replaces a pack's of the same name, names to redact and to allow add up.
/// </summary>
public sealed class SpecMerger
{
    private readonly ProblemList problems = new(SpecReadingLimits.Default.ProblemsMax);
    private readonly ReadingContext context;

    private SpecMerger() => context = new ReadingContext(SpecReadingLimits.Default, problems);

    /// <summary>Merges; what the specs contradict each other in is a problem, with both places.</summary>
    /// <param name="packs">Built-in specs.</param>
    /// <param name="files">The users' own, in the order in which they were given.</param>
    /// <returns>The merged spec (never null), with a table name for every function.</returns>
    public static SpecReading Merge(IEnumerable<CaptureSpec> packs, params IEnumerable<CaptureSpec> files)
    {
        SpecMerger merger = new();
        CaptureSpec merged = merger.MergeAll([.. packs], [.. files]);
        return new SpecReading(merged, merger.problems.ToImmutable());
    }

    private CaptureSpec MergeAll(ImmutableArray<CaptureSpec> packs, ImmutableArray<CaptureSpec> files)
    {
        ImmutableArray<CaptureSpec> all = [.. packs, .. files];
        FunctionMerger functions = new(context);
        foreach (FunctionSpec function in all.SelectMany(static spec => spec.Functions))
            functions.Add(function);
        CaptureSpec merged = new()
        {
            Programs = Unique(all.SelectMany(static spec => spec.Programs), static rule => rule.Name,
                static rule => rule.At, "program"),
            Functions = functions.Merged,
            Types = MergeTypes(all.SelectMany(static spec => spec.Types)),
            ContextKeys = Unique(all.SelectMany(static spec => spec.ContextKeys).DistinctBy(
                static key => (key.Key, key.Column)), static key => key.Key, static key => key.At, "context key"),
            Tables = MergeTables(packs, files),
            Links = MergeLinks(all.SelectMany(static spec => spec.Links)),
            Redaction = new RedactionRules(
                all.SelectMany(static spec => spec.Redaction.Names).Distinct(StringComparer.Ordinal),
                all.SelectMany(static spec => spec.Redaction.Allow).Distinct(StringComparer.Ordinal)),
            Limits = all.Aggregate(LimitsSpec.None, static (limits, spec) => spec.Limits.Within(limits)),
        };
        ReportTables(merged);
        merged = merged with { Functions = TableNames.Assign(merged) };
        ReportLinks(merged);
        return SpecHash.Seal(merged);
    }

    private ImmutableArray<TPart> Unique<TPart>(
        IEnumerable<TPart> parts, Func<TPart, string> nameOf, Func<TPart, SourcePosition> placeOf, string what)
    {
        Dictionary<string, TPart> seen = [];
        foreach (TPart part in parts)
        {
            if (!seen.TryAdd(nameOf(part), part))
            {
                context.Report(placeOf(part), $"the {what} '{nameOf(part)}' is already at "
                    + $"{placeOf(seen[nameOf(part)])}");
            }
        }
        return [.. seen.Values];
    }

    private ImmutableArray<TypeSpec> MergeTypes(IEnumerable<TypeSpec> types)
    {
        List<TypeSpec> merged = [];
        foreach (TypeSpec later in types)
        {
            int index = merged.FindIndex(type => type.Type == later.Type);
            if (index < 0)
                merged.Add(later);
            else
                merged[index] = merged[index] with { Captures = Unite(merged[index], later) };
        }
        return [.. merged];
    }

    // Without captures a type is taken whole, and nothing is more than that.
    private ImmutableArray<ExpressionSpec> Unite(TypeSpec earlier, TypeSpec later)
    {
        if (earlier.Captures.IsEmpty || later.Captures.IsEmpty)
            return [];
        List<ExpressionSpec> captures = [.. earlier.Captures];
        foreach (ExpressionSpec capture in later.Captures)
        {
            ExpressionSpec? same = captures.Find(each => each.Column == capture.Column);
            if (same is null)
                captures.Add(capture);
            else if (same.Expression != capture.Expression)
                context.Report(capture.At, $"'{capture.Column}' is {same.Text} at {same.At}");
        }
        return [.. captures];
    }

    private ImmutableArray<TableSpec> MergeTables(
        ImmutableArray<CaptureSpec> packs, ImmutableArray<CaptureSpec> files)
    {
        List<TableSpec> merged = [];
        HashSet<string> own = new(StringComparer.OrdinalIgnoreCase);
        foreach (TableSpec table in packs.SelectMany(static spec => spec.Tables))
            AddTable(merged, table, mayReplace: false);
        foreach (TableSpec table in files.SelectMany(static spec => spec.Tables))
            AddTable(merged, table, mayReplace: own.Add(table.Name));
        return [.. merged];
    }

    private void AddTable(List<TableSpec> merged, TableSpec table, bool mayReplace)
    {
        int index = merged.FindIndex(each => each.Name.Equals(table.Name, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
            merged.Add(table);
        else if (mayReplace)
            merged[index] = table;
        else
            context.Report(table.At, $"the table '{table.Name}' is already at {merged[index].At}");
    }

    private static ImmutableArray<LinkSpec> MergeLinks(IEnumerable<LinkSpec> links)
    {
        Dictionary<string, LinkSpec> merged = new(StringComparer.OrdinalIgnoreCase);
        foreach (LinkSpec link in links)
        {
            string key = $"{link.From.Table}({string.Join(',', link.From.Columns)})="
                + $"{link.To.Table}({string.Join(',', link.To.Columns)})";
            merged[key] = link;
        }
        return [.. merged.Values];
    }

    private void ReportTables(CaptureSpec merged)
    {
        Dictionary<string, SourcePosition> seen = new(StringComparer.OrdinalIgnoreCase);
        IEnumerable<(string Name, SourcePosition At)> all = merged.Functions.Where(static f => f.Table is not null)
            .Select(static f => (f.Table!, f.At)).Concat(merged.Tables.Select(static table => (table.Name, table.At)));
        foreach ((string name, SourcePosition at) in all)
        {
            if (!seen.TryAdd(name, at))
                context.Report(at, $"the table '{name}' is already at {seen[name]}");
        }
    }

    private void ReportLinks(CaptureSpec merged)
    {
        string[] derived =
            [.. merged.Functions.Select(static f => f.Table!), .. merged.Tables.Select(static t => t.Name)];
        HashSet<string> known = new(derived.Concat(BuiltInTables.Names), StringComparer.OrdinalIgnoreCase);
        foreach (LinkSpec link in merged.Links.Where(static link => !link.IsOptional))
        {
            foreach (LinkEnd end in new[] { link.From, link.To }.Where(end => !known.Contains(end.Table)))
            {
                string? nearest = NearestName.Find(end.Table, known);
                context.Report(link.At, $"the link is to a table '{end.Table}', and there is none"
                    + (nearest is null ? $"; possible: {string.Join(", ", derived.Take(20))}"
                        : $"; did you mean '{nearest}'?"));
            }
        }
    }
}
