using System.Collections.Immutable;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Binding;

/// <summary>The types, functions and variables of a program's debug information, as binding asks for them.</summary>
internal sealed class DebugTypes(GoTypes types, GoFunctions functions, GoInstances instances, PclnTable pcln)
    : IProgramTypes
{
    private const int WordBytes = 8;
    private const int NamesMax = 3;

    // Looking for what was meant goes through all names of a program; nobody reads it for a thousand mistakes.
    private const int SearchesMax = 50;
    private int searches;

    public GoType Int { get; } =
        types.Find("int") ?? new GoType("int", GoKind.Int, WordBytes, static () => new GoTypeParts());

    public GoType? Find(string name) => types.Find(name);

    public IEnumerable<string> TypesLike(string name) =>
        searches++ < SearchesMax
            ? NearestNames.Of(name, types.WithRuntimeType().Select(static type => type.Name), NamesMax) : [];

    public IEnumerable<GoType> WithRuntimeType() => types.WithRuntimeType();

    public ImmutableArray<FunctionBody> Bodies(string function) => functions.Bodies(function);

    public ImmutableArray<GoVariable> FrameVariables(FunctionBody body, Func<string, GoType, bool> isWanted) =>
        functions.FrameVariables(body, isWanted);

    public int FrameBytes(ulong low, ulong high)
    {
        int most = 0;
        if (!pcln.TryFindFunction(low, out GoFunction function))
            return most;
        for (ulong pc = low; pc < Math.Min(high, function.End);)
        {
            if (!pcln.TryStackDelta(function, pc, out int delta, out ulong until) || until <= pc)
                return most;
            most = Math.Max(most, delta + WordBytes);
            pc = until;
        }
        return most;
    }

    public BodyInstances? InstancesOf(FunctionBody body) => instances.Of(body);

    public string? AllInstancesOf(string function) => functions.AllInstancesOf(function);

    public IEnumerable<string> FunctionsLike(string name) =>
        searches++ < SearchesMax ? functions.Nearest(name, NamesMax) : [];

    public GlobalVariable? FindGlobal(string name) => functions.FindGlobal(name);

    public IEnumerable<string> GlobalsLike(string name) =>
        searches++ < SearchesMax ? functions.NearestGlobals(name, NamesMax) : [];
}
