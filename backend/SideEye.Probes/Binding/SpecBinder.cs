using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;

namespace SideEye.Probes.Binding;

/// <summary>Binds a spec to a binary. What does not fit is a problem of its own and takes nothing else down.</summary>
internal sealed class SpecBinder
{
    private const int NamesMax = 3;

    private readonly CaptureSpec spec;
    private readonly IProgramTypes types;
    private readonly PathBinder paths;
    private readonly LimitsSpec limits;
    private readonly List<BindProblem> problems = [];

    private SpecBinder(CaptureSpec spec, IProgramTypes types)
    {
        this.spec = spec;
        this.types = types;
        limits = spec.Limits.Within(LimitsSpec.Default);
        paths = new PathBinder(types, spec.Redaction);
    }

    /// <summary>Binds <paramref name="spec"/> to the program that <paramref name="types"/> describes.</summary>
    /// <exception cref="CaptureTooLargeException">It captures more than the limits allow.</exception>
    public static BoundSpec Bind(CaptureSpec spec, IProgramTypes types, ProbesLimits limits) =>
        new SpecBinder(spec, types).Bind(new SiteBuilder(limits, new FrameSecrets(types, spec.Redaction)));

    private BoundSpec Bind(SiteBuilder sites)
    {
        ImmutableArray<FunctionTable>.Builder tables = ImmutableArray.CreateBuilder<FunctionTable>();
        ImmutableArray<FunctionSpec>.Builder bound = ImmutableArray.CreateBuilder<FunctionSpec>();
        foreach (FunctionSpec wanted in spec.Functions)
        {
            if (BindFunction(wanted) is not { } function)
                continue;
            function.AddSites(sites, tables.Count);
            tables.Add(new FunctionTable(wanted.Table ?? wanted.Function, function.Name, function.Columns));
            bound.Add(wanted);
        }
        return new BoundSpec
        {
            Plan = new CapturePlan(tables.ToImmutable(), sites.Build()),
            Functions = bound.ToImmutable(),
            HeldTypes = [.. spec.Types.Select(BindHeld).OfType<HeldType>()],
            ContextKeys = [.. spec.ContextKeys.Select(BindKey)],
            Redaction = spec.Redaction,
            Limits = limits,
            Problems = [.. problems],
        };
    }

    private FunctionBinder? BindFunction(FunctionSpec function)
    {
        ImmutableArray<FunctionBody> bodies = [];
        string name = function.Function;
        foreach (string candidate in function.Names)
        {
            name = candidate;
            bodies = types.AllInstancesOf(candidate) is null ? types.Bodies(candidate) : [];
            if (!bodies.IsEmpty)
                break;
        }
        if (bodies.IsEmpty)
        {
            if (!function.IsOptional)
                problems.Add(new BindProblem(function.At, WhyNot(function.Function)));
            return null;
        }
        FunctionBinder binder = new(types, paths, spec.Redaction, name, bodies);
        foreach (ExpressionSpec capture in function.Captures)
        {
            try
            {
                binder.Add(capture, function.Limits.Within(limits));
            }
            catch (BindException e)
            {
                // The column is there all the same: what is derived from it stays right, and says why it is empty.
                binder.AddUnknown(capture, e.Message);
                if (!capture.IsOptional && !function.IsOptional)
                    problems.Add(new BindProblem(capture.At, $"{capture.Text}: {e.Message}{Meant(e)}"));
            }
        }
        return binder;
    }

    private string WhyNot(string function) => types.AllInstancesOf(function) is { } all
        ? $"{function} is one of the instances of a generic function, which share code and are not told apart: "
            + $"name {all}, which is all of them"
        : $"the program has no function {function}" + Meant([.. types.FunctionsLike(function)]);

    /// <summary>A key is a variable of the program, or else a type. Where a program has neither, no context has such a
    /// key.</summary>
    private BoundContextKey BindKey(ContextKeySpec key)
    {
        if (types.FindGlobal(key.Key) is { } variable)
        {
            return new BoundContextKey(
                key.Column, variable.Type.Name, variable.Type.Kind == GoKind.Pointer ? variable.Address : null);
        }
        if (!key.IsOptional && types.Find(key.Key) is null)
        {
            string message = $"the program has no type and no package-level variable {key.Key}";
            problems.Add(new BindProblem(key.At, message + Meant([.. types.TypesLike(key.Key)])));
        }
        return new BoundContextKey(key.Column, key.Key, null);
    }

    private HeldType? BindHeld(TypeSpec held)
    {
        if (types.Find(held.Type) is not { } type)
        {
            string message = $"the program has no type {held.Type}";
            problems.Add(new BindProblem(held.At, message + Meant([.. types.TypesLike(held.Type)])));
            return null;
        }
        GoType whole = type is { Kind: GoKind.Pointer, Element: { } target } ? target : type;
        ImmutableArray<ValuePart>.Builder parts = ImmutableArray.CreateBuilder<ValuePart>();
        foreach (ExpressionSpec capture in held.Captures)
        {
            try
            {
                parts.Add(paths.Part(whole, capture.Column, capture.Expression));
            }
            catch (BindException e)
            {
                problems.Add(new BindProblem(capture.At, $"{held.Type}, {capture.Text}: {e.Message}{Meant(e)}"));
            }
        }
        return new HeldType(type, parts.ToImmutable());
    }

    private static string Meant(BindException problem) => problem.Unknown is null
        ? ""
        : Meant(NearestNames.Of(problem.Unknown, problem.Known, NamesMax));

    private static string Meant(ImmutableArray<string> names) =>
        names.IsEmpty ? "" : $"; did you mean {string.Join(", ", names)}?";
}
