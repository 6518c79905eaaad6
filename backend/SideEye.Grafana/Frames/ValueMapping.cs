using System.Text.Json.Serialization;

namespace SideEye.Grafana.Frames;

/// <summary>What is shown in place of some values. The kinds are those that may come from a data source.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ExactMapping), "value")]
[JsonDerivedType(typeof(RangeMapping), "range")]
[JsonDerivedType(typeof(SpecialMapping), "special")]
public abstract record ValueMapping;

/// <summary>Certain values, written as texts.</summary>
/// <param name="Options">What is shown, by value.</param>
public sealed record ExactMapping(IReadOnlyDictionary<string, MappedValue> Options) : ValueMapping;

/// <summary>All values between two.</summary>
/// <param name="Options">The range and what is shown.</param>
public sealed record RangeMapping(MappedRange Options) : ValueMapping;

/// <summary>Values such as null.</summary>
/// <param name="Options">Which, and what is shown.</param>
public sealed record SpecialMapping(MappedSpecial Options) : ValueMapping;

/// <summary>What is shown.</summary>
/// <param name="Text">The text; null leaves the value.</param>
/// <param name="Color">Its colour; null leaves it.</param>
/// <param name="Index">Its place in legends.</param>
public sealed record MappedValue(string? Text = null, string? Color = null, int? Index = null);

/// <summary>A range of values and what is shown for it.</summary>
/// <param name="From">The least, null for no limit.</param>
/// <param name="To">The greatest, null for no limit.</param>
/// <param name="Result">What is shown.</param>
public sealed record MappedRange(double? From, double? To, MappedValue Result);

/// <summary>Special values and what is shown for them.</summary>
/// <param name="Match">true, false, null, nan, null+nan or empty.</param>
/// <param name="Result">What is shown.</param>
public sealed record MappedSpecial(string Match, MappedValue Result);
