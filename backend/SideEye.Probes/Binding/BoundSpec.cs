using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;

namespace SideEye.Probes.Binding;

/// <summary>A spec bound to one binary: what to capture, and what did not fit.</summary>
public sealed class BoundSpec
{
    /// <summary>The tables and sites.</summary>
    public required CapturePlan Plan { get; init; }

    /// <summary>The functions of the spec behind <see cref="CapturePlan.Tables"/>, in the same order.</summary>
    public required ImmutableArray<FunctionSpec> Functions { get; init; }

    /// <summary>Types of which only parts are taken when an interface holds them.</summary>
    public required ImmutableArray<HeldType> HeldTypes { get; init; }

    /// <summary>The spec's context keys.</summary>
    public required ImmutableArray<BoundContextKey> ContextKeys { get; init; }

    /// <summary>What is never copied.</summary>
    public required RedactionRules Redaction { get; init; }

    /// <summary>The spec's own limits, complete.</summary>
    public required LimitsSpec Limits { get; init; }

    /// <summary>Most bytes that are copied for a frame of a function, besides the stack.</summary>
    /// <param name="table">Index in <see cref="CapturePlan.Tables"/>.</param>
    /// <remarks>Functions that are inlined into one another have one frame, and of their limits the largest.</remarks>
    public int FrameBytes(int table) => Functions[table].Limits.Within(Limits).FrameBytes!.Value;

    /// <summary>What does not fit the binary; what does is captured all the same.</summary>
    public required ImmutableArray<BindProblem> Problems { get; init; }
}

/// <summary>A key under which a context may hold a value to show.</summary>
/// <param name="Column">Name under which the value is shown.</param>
/// <param name="TypeName">The key's dynamic type.</param>
/// <param name="Variable">
/// Link-time address of the variable that holds the key, when the key is a pointer: then its type does not tell it from
/// others. Null else.
/// </param>
public sealed record BoundContextKey(string Column, string TypeName, ulong? Variable);

/// <summary>A type of which only parts are taken when an interface holds it.</summary>
/// <param name="Type">The dynamic type.</param>
/// <param name="Parts">The parts; of a pointer, of what it points to.</param>
public sealed record HeldType(GoType Type, ImmutableArray<ValuePart> Parts);
