using System.Collections.Immutable;
using SideEye.GoRuntime.Types;

namespace SideEye.GoRuntime.Functions;

/// <summary>What a variable is to its function.</summary>
public enum VariableRole : byte
{
    /// <summary>A parameter or the receiver.</summary>
    Parameter,
    /// <summary>A result, named or not (<c>~r0</c>).</summary>
    Result,
    /// <summary>A local variable.</summary>
    Local,
    /// <summary>Captured by a closure from the function around it.</summary>
    Captured,
}

/// <summary>A variable of one body of a function.</summary>
/// <param name="Name">Its name in the source; the compiler's <c>&amp;</c> of an escaped variable is not part of it.
/// </param>
/// <param name="Type">The type of the variable itself, also when it escaped.</param>
/// <param name="Role">What it is.</param>
/// <param name="IsEscaped">True when the location holds a pointer to the variable, which lives on the heap.</param>
/// <param name="DeclarationLine">Line of its declaration; 0 when unknown.</param>
/// <param name="Scope">The pc ranges of the block that declares it, link-time; of parameters those of the body.</param>
/// <param name="Locations">Where it is; ranges are sorted and do not overlap. Elsewhere it is nowhere.</param>
public sealed record GoVariable(
    string Name,
    GoType Type,
    VariableRole Role,
    bool IsEscaped,
    int DeclarationLine,
    ImmutableArray<PcSpan> Scope,
    ImmutableArray<VariableLocation> Locations)
{
    /// <summary>
    /// True when it has one place for the whole of its scope, as in code that is not optimised: then
    /// <see cref="Locations"/> hold before its declaration as well, where the place has old contents.
    /// </summary>
    public bool HasFixedPlace { get; init; }

    /// <summary>
    /// True when the compiler never keeps it in registers: of an array or a large struct without a place the debug
    /// information does not say where in the frame it is, and it may be there.
    /// </summary>
    public bool IsOnlyInMemory { get; init; }

    /// <summary>
    /// In a generic function that the compiler made once for all types of one shape: which word of the dictionary has
    /// the type that the variable really is of (DW_AT_go_dict_index). Null when <see cref="Type"/> says it.
    /// </summary>
    public int? DictionaryIndex { get; init; }

    /// <summary>Of a captured variable where its closure has it (DW_AT_go_closure_offset, Go 1.23 and later).</summary>
    public int? ClosureOffset { get; init; }

    /// <summary>Copies of it in closures that its function has deferred; they count where <see cref="Locations"/> say
    /// nothing.</summary>
    public ImmutableArray<DeferredCopy> Deferred { get; init; } = [];

    /// <summary>True when <see cref="GoInstances"/> knows of which type it is in each instance.</summary>
    public bool DependsOnInstance { get; init; }
}

/// <summary>Link-time program counters from <paramref name="Low"/> up to but not including <paramref name="High"/>.
/// </summary>
public readonly record struct PcSpan(ulong Low, ulong High)
{
    /// <summary>True when <paramref name="pc"/> lies in it.</summary>
    public bool Contains(ulong pc) => pc >= Low && pc < High;
}
