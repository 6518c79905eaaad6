using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;

namespace SideEye.Capture.Values;

/// <summary>What rendering needs to know besides memory: the binary's types and names, and what the spec says.
/// </summary>
public sealed record RenderingRules
{
    /// <summary>The type that the runtime's description at this run-time address is of; null when unknown.</summary>
    public required Func<ulong, GoType?> DynamicType { get; init; }

    /// <summary>
    /// The runtime type's address of an itab when the itab itself cannot be read (it lies in the binary's read-only
    /// pages, which nobody copies); null when unknown.
    /// </summary>
    public Func<ulong, ulong?>? TypeOfItab { get; init; }

    /// <summary>Name of the function that starts at a run-time pc; null when unknown.</summary>
    public Func<ulong, string?>? FunctionName { get; init; }

    /// <summary>Id of the goroutine whose runtime.g is at an address; null when unknown. Without it the id is read from
    /// the g itself.</summary>
    public Func<ulong, long?>? GoroutineId { get; init; }

    /// <summary>The parts to show of a value of this type in an interface; null for the whole value.</summary>
    public Func<GoType, ImmutableArray<ValuePart>?>? TypeParts { get; init; }

    /// <summary>Values to show of a context.</summary>
    public ImmutableArray<ContextKey> ContextKeys { get; init; } = [];

    /// <summary>
    /// Before Go 1.23, the value of the variable net/netip.z4, by which an IPv4 address differs from an IPv4 address in
    /// IPv6; the program sets it when it starts. Null when unknown: then the latter is shown as the former, and marked.
    /// </summary>
    public ulong? NetipV4Mark { get; init; }

    /// <summary>Names whose values are never looked at.</summary>
    public RedactionRules Redaction { get; init; } = RedactionRules.Default;

    /// <summary>
    /// True from Go 1.26 on: a value of one pointer-holding word is an interface's data word itself, whatever the type
    /// is made of (cmd/compile/internal/types.IsDirectIface). Before, only pointer kinds and arrays and structs of
    /// exactly one such.
    /// </summary>
    public bool IsEveryPointerWordDirect { get; init; }
}

/// <summary>A key under which a context may hold a value to show.</summary>
/// <param name="Column">Name under which the value is shown.</param>
/// <param name="TypeName">The key's dynamic type: <c>main.requestIDKey</c>; null for any.</param>
/// <param name="Pointer">Of a key that is a pointer, its value; null for any.</param>
public sealed record ContextKey(string Column, string? TypeName, ulong? Pointer = null);
