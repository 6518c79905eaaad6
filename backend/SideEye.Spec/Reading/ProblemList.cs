using System.Collections.Immutable;
using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>Collects problems, up to a limit.</summary>
internal sealed class ProblemList(int limit)
{
    private readonly List<SpecProblem> problems = [];
    private int leftOut;
    private SourcePosition firstLeftOut;

    public void Add(SourcePosition at, string message)
    {
        if (problems.Count < limit)
            problems.Add(new SpecProblem(at, message));
        else if (leftOut++ == 0)
            firstLeftOut = at;
    }

    public ImmutableArray<SpecProblem> ToImmutable()
    {
        IEnumerable<SpecProblem> sorted = problems.Distinct()
            .OrderBy(static problem => problem.At.File, StringComparer.Ordinal)
            .ThenBy(static problem => problem.At.Line).ThenBy(static problem => problem.At.Column);
        return leftOut == 0
            ? [.. sorted]
            : [.. sorted, new SpecProblem(firstLeftOut, $"and {leftOut} more problems from here on")];
    }
}
