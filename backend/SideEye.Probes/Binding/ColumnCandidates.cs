using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.Probes.Plan;

namespace SideEye.Probes.Binding;

/// <summary>
/// What the expression of one column may stand for within one body: each variable of that name with the bound path, or
/// a package-level variable.
/// </summary>
internal sealed class ColumnCandidates
{
    /// <summary>Variables of the body, in the order of the debug information.</summary>
    public required ImmutableArray<Candidate> Variables { get; init; }

    /// <summary>The package-level variable; null when the name is one of the function's.</summary>
    public required ValueSource? Global { get; init; }

    /// <summary>Type of the root, for sites where nothing is in scope.</summary>
    public required BoundPath Path { get; init; }

    /// <summary>The value at a place in the body.</summary>
    /// <param name="scopePc">Decides which blocks are entered.</param>
    /// <param name="pc">Decides where variables are: of outer frames the return address, one behind
    /// <paramref name="scopePc"/>.</param>
    public ValueSource At(ulong scopePc, ulong pc)
    {
        if (Global is not null)
            return Global;
        List<Candidate> inScope = [];
        foreach (Candidate candidate in Variables)
        {
            if (candidate.IsInScope(scopePc))
                inScope.Add(candidate);
        }
        if (inScope.Count == 0)
            return ValueSource.None(Path.Root, Unavailable.NotInScope);
        // The innermost block wins, and in one block the later declaration.
        inScope.Sort(static (left, right) => right.Reach.CompareTo(left.Reach) is not 0 and int byReach
            ? byReach
            : left.Variable.DeclarationLine.CompareTo(right.Variable.DeclarationLine));
        ValueSource? source = null;
        foreach (Candidate candidate in inScope)
            source = SourceOf(candidate, pc) with { Shadowed = source };
        return source!;
    }

    private static ValueSource SourceOf(Candidate candidate, ulong pc)
    {
        GoVariable variable = candidate.Variable;
        // Where the compiler says for each pc where a variable is, it says so only where it means something.
        int line = variable is { Role: VariableRole.Local, HasFixedPlace: true } ? variable.DeclarationLine : 0;
        if (candidate.Path is not { } path)
        {
            return ValueSource.None(variable.Type, candidate.Problem) with
            {
                DeclarationLine = line, Variable = variable,
            };
        }
        // A value of no size is nowhere, and there all the same.
        VariableLocation? location = LocationAt(variable, pc);
        string? problem = variable.Type.Size == 0
            ? null : location is null ? Unavailable.OptimisedOut : ProblemOf(location);
        ValueSource source = new(
            path.Root, problem is null && location is not null ? location.Pieces : [],
            variable.IsEscaped && variable.Type.Size > 0, path.Steps, problem)
        {
            DeclarationLine = line, Variable = variable,
        };
        if (problem is null && (location is null || location.Pieces.All(static piece => IsInMemory(piece.Kind))))
            return source;
        foreach (DeferredCopy copy in variable.Deferred)
        {
            source = new ValueSource(path.Root, [copy.Piece], false, path.Steps, null)
            {
                DeclarationLine = line, Closure = copy.Closure, Otherwise = source,
            };
        }
        return source;
    }

    private static bool IsInMemory(PlaceKind kind) => kind is PlaceKind.Frame or PlaceKind.Global;

    /// <summary>A variable that is whole nowhere has no value; one that is there in parts may have.</summary>
    private static string? ProblemOf(VariableLocation location)
    {
        bool isInRegister = false;
        foreach (VariablePiece piece in location.Pieces)
        {
            if (IsInMemory(piece.Kind))
                return null;
            isInRegister |= piece.Kind == PlaceKind.Register;
        }
        return isInRegister ? Unavailable.OnlyInRegister : Unavailable.OptimisedOut;
    }

    private static VariableLocation? LocationAt(GoVariable variable, ulong pc)
    {
        foreach (VariableLocation location in variable.Locations)
        {
            if (pc >= location.Low && pc < location.High)
                return location;
        }
        return null;
    }
}

/// <summary>One variable that an expression may start from.</summary>
/// <param name="Variable">The variable.</param>
/// <param name="Path">The bound path; null when the variable's type does not fit the column.</param>
internal sealed record Candidate(GoVariable Variable, BoundPath? Path)
{
    /// <summary>Why there is no path, as in <see cref="Unavailable"/>.</summary>
    public string Problem { get; init; } = Unavailable.OtherType;

    /// <summary>Bytes of code in its scope: the smaller, the further inside.</summary>
    public ulong Reach { get; } = ReachOf(Variable);

    public bool IsInScope(ulong pc)
    {
        foreach (PcSpan span in Variable.Scope)
        {
            if (span.Contains(pc))
                return true;
        }
        return false;
    }

    private static ulong ReachOf(GoVariable variable)
    {
        ulong sum = 0;
        foreach (PcSpan span in variable.Scope)
            sum += span.High - span.Low;
        return sum;
    }
}
