using System.Collections.Immutable;
using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Plan;

/// <summary>One step of an expression that was bound to types: from a value to a value within or behind it.</summary>
/// <param name="Type">Type of the value that the step leads to.</param>
public abstract record PathStep(GoType Type);

/// <summary>To a field of a struct.</summary>
/// <param name="Field">The field.</param>
public sealed record FieldStep(GoField Field) : PathStep(Field.Type);

/// <summary>To what a pointer points to.</summary>
/// <param name="Target">The pointer's element type.</param>
public sealed record FollowStep(GoType Target) : PathStep(Target);

/// <summary>To an element of an array, slice or string (then a byte).</summary>
/// <param name="Element">The element's type.</param>
/// <param name="Index">From 0.</param>
public sealed record IndexStep(GoType Element, long Index) : PathStep(Element);

/// <summary>To the element of a map under a key.</summary>
/// <param name="Element">The map's element type.</param>
/// <param name="Key">A <see cref="string"/>, <see cref="long"/> or <see cref="bool"/>, as fits the map's key type.
/// </param>
public sealed record KeyStep(GoType Element, object Key) : PathStep(Element);

/// <summary>To the length or capacity of a string, slice, array, map or channel, as an int.</summary>
/// <param name="Int">Go's int.</param>
/// <param name="IsCapacity">True for cap.</param>
public sealed record LengthStep(GoType Int, bool IsCapacity) : PathStep(Int);

/// <summary>To the value in an interface, when its dynamic type is this one.</summary>
/// <param name="Dynamic">The type.</param>
public sealed record AssertionStep(GoType Dynamic) : PathStep(Dynamic);

/// <summary>To every element of an array, slice or map; the steps behind it are taken from each.</summary>
/// <param name="Element">The elements' type.</param>
public sealed record EachStep(GoType Element) : PathStep(Element);

/// <summary>To some parts of a value, the last step of a path.</summary>
/// <param name="Whole">Type of the value.</param>
/// <param name="Parts">The parts.</param>
public sealed record PartsStep(GoType Whole, ImmutableArray<ValuePart> Parts) : PathStep(Whole)
{
    /// <summary>The parts that are no secrets.</summary>
    public IEnumerable<ValuePart> Readable => Parts.Where(static part => !part.IsSecret);

    /// <inheritdoc/>
    public bool Equals(PartsStep? other) =>
        other is not null && Whole == other.Whole && Parts.AsSpan().SequenceEqual(other.Parts.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Whole, Parts.Length);
}

/// <summary>A part of a value.</summary>
/// <param name="Name">Under which it is shown.</param>
/// <param name="Steps">From the value.</param>
/// <param name="IsSecret">True when a name on the way is on the deny list: nothing of it is ever read.</param>
public sealed record ValuePart(string Name, ImmutableArray<PathStep> Steps, bool IsSecret)
{
    /// <inheritdoc/>
    public bool Equals(ValuePart? other) =>
        other is not null && Name == other.Name && IsSecret == other.IsSecret
        && Steps.AsSpan().SequenceEqual(other.Steps.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Steps.Length);
}
