using System.Collections.Immutable;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Merging;

/// <summary>Unites what several specs capture of the same function.</summary>
internal sealed class FunctionMerger(ReadingContext context)
{
    private readonly List<FunctionSpec> merged = [];
    private readonly Dictionary<string, int> indexOf = [];

    public ImmutableArray<FunctionSpec> Merged => [.. merged];

    public void Add(FunctionSpec function)
    {
        int[] same = [.. function.Names.Where(indexOf.ContainsKey).Select(name => indexOf[name]).Distinct()];
        if (same.Length > 1)
        {
            context.Report(function.At, "these functions have tables of their own: "
                + string.Join(", ", same.Select(index => $"{merged[index].Function} ({merged[index].At})")));
            return;
        }
        int index = same.Length == 1 ? same[0] : merged.Count;
        if (index == merged.Count)
            merged.Add(function);
        else
            merged[index] = Unite(merged[index], function);
        foreach (string name in merged[index].Names)
            indexOf[name] = index;
    }

    private FunctionSpec Unite(FunctionSpec earlier, FunctionSpec later)
    {
        if (later.Table is not null && earlier.Table is not null
            && !later.Table.Equals(earlier.Table, StringComparison.OrdinalIgnoreCase))
        {
            context.Report(later.At,
                $"the table of {later.Function} is called {earlier.Table} already, at {earlier.At}");
        }
        // A capture of one of several functions cannot be expected of the others.
        bool isOfSome = !later.Names.Order(StringComparer.Ordinal).SequenceEqual(
            earlier.Names.Order(StringComparer.Ordinal));
        List<ExpressionSpec> captures = [.. earlier.Captures];
        foreach (ExpressionSpec capture in later.Captures)
            Unite(captures, isOfSome ? capture with { IsOptional = true } : capture);
        List<ColumnSpec> columns = [.. earlier.Columns];
        foreach (ColumnSpec column in later.Columns)
            Unite(columns, column);
        FunctionSpec united = earlier with
        {
            Table = earlier.Table ?? later.Table,
            Captures = [.. captures],
            Columns = [.. columns],
            Limits = later.Limits.Within(earlier.Limits),
            IsOptional = earlier.IsOptional && later.IsOptional,
            At = earlier.IsOptional && !later.IsOptional ? later.At : earlier.At,
            Alternatives = [.. earlier.Names.Union(later.Names, StringComparer.Ordinal).Skip(1)],
        };
        DuplicateNames.ReportColumns(united, context);
        return united;
    }

    private void Unite(List<ExpressionSpec> captures, ExpressionSpec later)
    {
        int index = captures.FindIndex(
            earlier => earlier.Column.Equals(later.Column, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            captures.Add(later);
            return;
        }
        ExpressionSpec earlier = captures[index];
        if (!earlier.Candidates.SequenceEqual(later.Candidates))
        {
            context.Report(later.At, $"the column '{later.Column}' is {earlier.Text} at {earlier.At}, and "
                + $"{later.Text} here; give one of them another name with 'as'");
            return;
        }
        captures[index] = earlier with
        {
            Limits = later.Limits.Within(earlier.Limits),
            IsOptional = earlier.IsOptional && later.IsOptional,
        };
    }

    private void Unite(List<ColumnSpec> columns, ColumnSpec later)
    {
        ColumnSpec? earlier = columns.Find(
            column => column.Name.Equals(later.Name, StringComparison.OrdinalIgnoreCase));
        if (earlier is null)
            columns.Add(later);
        else if (earlier.Sql != later.Sql || earlier.Type != later.Type)
            context.Report(later.At, $"the column '{later.Name}' is another one at {earlier.At}");
    }
}
