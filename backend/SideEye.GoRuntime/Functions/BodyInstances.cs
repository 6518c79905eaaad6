using System.Collections.Immutable;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// What a generic function's body runs for. The compiler makes one body for all types of a shape and hands it a
/// dictionary, which says what the types are (go.googlesource.com/proposal, generics-implementation-dictionaries).
/// </summary>
/// <param name="Generic">The body itself; every variable whose type is known by the instance has its
/// mark, <see cref="GoVariable.DependsOnInstance"/>.</param>
/// <param name="Place">Where a frame has the address of its dictionary; null when that is not known, and not needed:
/// there is only one.</param>
/// <param name="All">One for each dictionary in the program.</param>
public sealed record BodyInstances(
    FunctionBody Generic, DictionaryPlace? Place, ImmutableArray<GenericInstance> All);

/// <summary>A body for certain types.</summary>
/// <param name="Dictionary">Link-time address of the dictionary.</param>
/// <param name="Name">Such as <c>main.F[*main.T]</c>; of methods that of the type.</param>
/// <param name="Body">The body with the types that its variables really are of.</param>
public sealed record GenericInstance(ulong Dictionary, string Name, FunctionBody Body);

/// <summary>Where frames of a function keep what was in a register at their entry.</summary>
/// <param name="FrameOffset">From the CFA.</param>
/// <param name="Code">Program counters for which it is there, return addresses as they are.</param>
public readonly record struct DictionaryPlace(long FrameOffset, PcSpan Code);
