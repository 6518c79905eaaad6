using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Binding;

/// <summary>What binding asks of a program's debug information.</summary>
internal interface IProgramTypes
{
    /// <summary>Go's int.</summary>
    GoType Int { get; }

    /// <summary>A type by its whole name, or null.</summary>
    GoType? Find(string name);

    /// <summary>Names of types like this one, best first.</summary>
    IEnumerable<string> TypesLike(string name);

    /// <summary>The types that an interface may hold.</summary>
    IEnumerable<GoType> WithRuntimeType();

    /// <summary>The function's machine code, its own and every inlined copy; empty when there is none.</summary>
    ImmutableArray<FunctionBody> Bodies(string function);

    /// <summary>As <see cref="GoFunctions.FrameVariables"/>.</summary>
    ImmutableArray<GoVariable> FrameVariables(FunctionBody body, Func<string, GoType, bool> isWanted);

    /// <summary>Most bytes from the stack pointer to the CFA in code of one function; 0 when unknown.</summary>
    int FrameBytes(ulong low, ulong high);

    /// <summary>The types for which a generic function's body runs; null when they do not matter or cannot be told.
    /// </summary>
    BodyInstances? InstancesOf(FunctionBody body);

    /// <summary>As <see cref="GoFunctions.AllInstancesOf"/>.</summary>
    string? AllInstancesOf(string function);

    /// <summary>Names of functions like this one, best first.</summary>
    IEnumerable<string> FunctionsLike(string name);

    /// <summary>A package-level variable by its whole name (<c>main.cache</c>), or null.</summary>
    GlobalVariable? FindGlobal(string name);

    /// <summary>Names of package-level variables like this one, best first.</summary>
    IEnumerable<string> GlobalsLike(string name);
}
