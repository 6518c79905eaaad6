using System.Collections.Immutable;
using SideEye.Dwarf;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Machine code of a function: the function itself, or one copy of it that was inlined into another.
/// </summary>
/// <param name="Function">Name as in the symbol table: <c>net/http.(*conn).serve</c>.</param>
/// <param name="Container">The function that has the code; the same as <paramref name="Function"/> when it is not
/// inlined.</param>
/// <param name="ContainerEntry">Link-time address of the container's first instruction.</param>
/// <param name="InlineDepth">0 for the function itself; for an inlined copy how many calls it is away from the
/// container (1: the container calls it).</param>
/// <param name="Code">Its pc ranges, link-time, sorted.</param>
/// <param name="Variables">Its variables, parameters first, in the order of the debug information.</param>
public sealed record FunctionBody(
    string Function,
    string Container,
    ulong ContainerEntry,
    int InlineDepth,
    ImmutableArray<PcSpan> Code,
    ImmutableArray<GoVariable> Variables)
{
    /// <summary>
    /// In code that is not optimised where a generic function has its dictionary (<c>.dict</c>); else null. Of
    /// optimised code the debug information tells a place without saying when it is used.
    /// </summary>
    public GoVariable? Dictionary { get; init; }

    /// <summary>Entry of the container in the debug information.</summary>
    internal DebugInfoOffset ContainerOffset { get; init; }

    /// <summary>True for a copy that was inlined.</summary>
    public bool IsInlined => InlineDepth > 0;
}
