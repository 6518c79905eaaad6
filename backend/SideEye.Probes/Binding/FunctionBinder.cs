using System.Collections.Immutable;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Spec.Expressions;
using SideEye.Spec.Model;

namespace SideEye.Probes.Binding;

/// <summary>Binds the captured expressions of one function to all of its bodies.</summary>
internal sealed class FunctionBinder
{
    // Documents hold values of any type.
    private static readonly GoType Mixed = new("several types", GoKind.Interface, 0, static () => new GoTypeParts());

    private readonly IProgramTypes types;
    private readonly PathBinder paths;
    private readonly RedactionRules redaction;
    private readonly string function;
    private readonly ImmutableArray<TypedBody> bodies;
    private readonly ImmutableArray<CapturedColumn>.Builder columns = ImmutableArray.CreateBuilder<CapturedColumn>();
    private readonly List<ImmutableArray<ColumnCandidates>> candidates = [];

    public FunctionBinder(
        IProgramTypes types, PathBinder paths, RedactionRules redaction, string function,
        ImmutableArray<FunctionBody> bodies)
    {
        this.types = types;
        this.paths = paths;
        this.redaction = redaction;
        this.function = function;
        this.bodies = TypedBody.Of(bodies, types);
    }

    /// <summary>Name of the function as in the symbol table.</summary>
    public string Name => function;

    /// <summary>The columns that bound.</summary>
    public ImmutableArray<CapturedColumn> Columns => columns.ToImmutable();

    /// <summary>Binds an expression and adds its column.</summary>
    /// <param name="capture">The expression.</param>
    /// <param name="outer">Limits where the expression sets none.</param>
    /// <exception cref="BindException">Neither it nor an alternative fits the function.</exception>
    public void Add(ExpressionSpec capture, LimitsSpec outer)
    {
        BindException? first = null;
        foreach (Expression candidate in capture.Candidates)
        {
            try
            {
                Add(capture, candidate, outer);
                return;
            }
            catch (BindException e)
            {
                first ??= e;
            }
        }
        throw first!;
    }

    /// <summary>Adds the column of an expression that does not fit: it has no values.</summary>
    public void AddUnknown(ExpressionSpec capture, string reason)
    {
        GoType unknown = new("unknown", GoKind.String, 0, static () => new GoTypeParts());
        ColumnCandidates nothing = new()
        {
            Variables = [], Global = ValueSource.None(unknown, reason), Path = new BoundPath(unknown, [], false),
        };
        candidates.Add([.. bodies.Select(_ => nothing)]);
        columns.Add(new CapturedColumn(capture.Column, capture.Text, unknown, default, IsSecret: false));
    }

    /// <summary>Hands every body with its columns to the sites.</summary>
    public void AddSites(SiteBuilder sites, int table)
    {
        for (int i = 0; i < bodies.Length; i++)
        {
            if (bodies[i].Dictionary is not null)
                continue;
            int last = i;
            while (last + 1 < bodies.Length && bodies[last + 1].Dictionary is not null)
                last++;
            sites.Add(
                table, bodies[i].Body, ColumnsOf(i), bodies[i].Place,
                [.. bodies[(i + 1)..(last + 1)].Select(
                    (body, instance) => (body.Dictionary!.Value, ColumnsOf(i + 1 + instance)))]);
        }
    }

    private ImmutableArray<ColumnCandidates> ColumnsOf(int body) =>
        [.. candidates.Select(ofBodies => ofBodies[body])];

    private void Add(ExpressionSpec capture, Expression expression, LimitsSpec outer)
    {
        NameExpression name = PathBinder.Unfold(expression, out List<Expression> steps);
        // Of main.apiToken the parser makes a field of main: every name counts, whatever it turns out to be.
        bool isSecret = redaction.IsSecret(name.Name)
            || steps.Any(step => step is FieldExpression field && redaction.IsSecret(field.Field));
        BoundPath path;
        ImmutableArray<ColumnCandidates> ofBodies;
        if (name.Package is null && bodies.Any(body => body.Has(name.Name)))
        {
            path = FirstPath(name.Name, steps);
            ofBodies = CandidatesOf(name.Name, steps, path);
        }
        else
        {
            ColumnCandidates global = BindGlobal(name, steps);
            path = global.Path;
            ofBodies = [.. bodies.Select(_ => global)];
        }
        candidates.Add(ofBodies);
        columns.Add(new CapturedColumn(
            capture.Column, expression.ToString(), IsMixed(ofBodies, path.Type) ? Mixed : path.Type,
            ValueLimits.Of(capture.Limits.Within(outer)),
            isSecret || path.IsSecret, capture.IsOptional));
    }

    /// <summary>One name may stand for variables of several types: in other blocks, or instances of a generic function.
    /// </summary>
    private static bool IsMixed(ImmutableArray<ColumnCandidates> ofBodies, GoType type) => ofBodies.Any(
        body => body.Variables.Any(candidate => candidate.Path is { } path && path.Type.Name != type.Name));

    /// <summary>The type of the column is that of the first variable to which the expression can be bound.</summary>
    private BoundPath FirstPath(string name, List<Expression> steps)
    {
        BindException? first = null;
        foreach (TypedBody body in bodies)
        {
            foreach (GoVariable variable in body.Body.Variables)
            {
                if (variable.Name != name || body.IsOfUnknownType(variable))
                    continue;
                try
                {
                    return paths.Bind(variable.Type, steps);
                }
                catch (BindException e)
                {
                    first ??= e;
                }
            }
        }
        throw first!;
    }

    /// <summary>For each body; instances share those that the types have nothing to do with.</summary>
    private ImmutableArray<ColumnCandidates> CandidatesOf(string name, List<Expression> steps, BoundPath column)
    {
        ImmutableArray<ColumnCandidates>.Builder all = ImmutableArray.CreateBuilder<ColumnCandidates>(bodies.Length);
        ColumnCandidates? shared = null;
        foreach (TypedBody body in bodies)
        {
            ColumnCandidates own = body.Dictionary is not null && !body.DependsOnTypes(name) && shared is not null
                ? shared : CandidatesOf(body, name, steps, column);
            if (body.Dictionary is null)
                shared = own;
            all.Add(own);
        }
        return all.MoveToImmutable();
    }

    private ColumnCandidates CandidatesOf(TypedBody body, string name, List<Expression> steps, BoundPath column)
    {
        ImmutableArray<Candidate>.Builder found = ImmutableArray.CreateBuilder<Candidate>();
        foreach (GoVariable variable in body.Body.Variables)
        {
            if (variable.Name != name)
                continue;
            found.Add(body.IsOfUnknownType(variable)
                ? new Candidate(variable, null) { Problem = Unavailable.UnknownTypeArguments }
                : new Candidate(variable, PathFor(variable.Type, steps, column)));
        }
        return new ColumnCandidates { Variables = found.ToImmutable(), Global = null, Path = column };
    }

    private BoundPath? PathFor(GoType root, List<Expression> steps, BoundPath column)
    {
        if (ReferenceEquals(root, column.Root))
            return column;
        try
        {
            return paths.Bind(root, steps);
        }
        catch (BindException)
        {
            return null;
        }
    }

    private ColumnCandidates BindGlobal(NameExpression name, List<Expression> steps)
    {
        string own = GoFunctionName.PackageOf(function);
        GlobalVariable? variable = types.FindGlobal($"{name.Package ?? own}.{name.Name}");
        if (variable is null && name.Package is null && steps is [FieldExpression first, ..])
        {
            // pkg.name reads like a field of a variable.
            variable = types.FindGlobal($"{name.Name}.{first.Field}");
            if (variable is not null)
                steps = steps[1..];
        }
        if (variable is null)
            throw Unknown(name, steps);
        BoundPath path = paths.Bind(variable.Type, steps);
        ValueSource source = new(
            variable.Type, [new VariablePiece(PlaceKind.Global, (long)variable.Address, (int)variable.Type.Size)],
            IsEscaped: false, path.Steps, null)
        {
            Global = variable.Name,
        };
        return new ColumnCandidates { Variables = [], Global = source, Path = path };
    }

    private BindException Unknown(NameExpression name, List<Expression> steps)
    {
        if (name.Package is not null)
        {
            string global = $"{name.Package}.{name.Name}";
            return new BindException(
                $"the program has no package-level variable {global}", global, [.. types.GlobalsLike(global)]);
        }
        ImmutableArray<string> known =
        [
            .. bodies.SelectMany(static body => body.Body.Variables)
                .Select(static variable => variable.Name).Distinct(),
        ];
        string message = $"{function} has no variable {name.Name}";
        if (steps is [FieldExpression { Field: string field }, ..] && NearestNames.Of(name.Name, known, 1).IsEmpty)
        {
            string global = $"{name.Name}.{field}";
            message += $", and the program no package-level variable {global}";
            ImmutableArray<string> like = [.. types.GlobalsLike(global)];
            if (!like.IsEmpty)
                return new BindException(message, global, like);
        }
        string own = GoFunctionName.PackageOf(function) + ".";
        return new BindException(message, name.Name,
        [
            .. known,
            .. types.GlobalsLike(own + name.Name).Where(each => each.StartsWith(own, StringComparison.Ordinal))
                .Select(each => each[own.Length..]),
        ]);
    }
}
