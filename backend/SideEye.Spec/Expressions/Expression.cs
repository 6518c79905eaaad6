using System.Collections.Immutable;

namespace SideEye.Spec.Expressions;

/// <summary>A path from a variable to a value, in Go's own notation.</summary>
public abstract record Expression
{
    /// <summary>The expression in canonical form: parsing it gives an equal expression.</summary>
    public sealed override string ToString() => ExpressionText.Of(this);
}

/// <summary>A variable of the function, or a package-level one: <c>req</c>, <c>main.cache</c>.</summary>
/// <param name="Name">Its name; with package when there is one, the path in quotes where it has a slash:
/// <c>"net/http".DefaultClient</c>.</param>
/// <param name="Package">Import path of the package, or null for a variable of the function or of its package.</param>
public sealed record NameExpression(string Name, string? Package = null) : Expression;

/// <summary>A field; pointers on the way are followed, fields of embedded structs are promoted.</summary>
public sealed record FieldExpression(Expression Operand, string Field) : Expression
{
    /// <summary>
    /// What this is when its operand names no variable but a package, as in <c>main.cache</c>, which only the binary
    /// can tell: variables come first, as in Go. Null when the operand is no plain name.
    /// </summary>
    public NameExpression? AsPackageVariable =>
        Operand is NameExpression { Package: null } package ? new NameExpression(Field, package.Name) : null;
}

/// <summary>An element of an array, slice or string; where the operand turns out to be a map, its element under the
/// integer key.</summary>
/// <param name="Operand">What is indexed.</param>
/// <param name="Index">From 0; never negative.</param>
public sealed record IndexExpression(Expression Operand, long Index) : Expression;

/// <summary>The element of a map under a constant key: a string, integer or bool in Go's notation.</summary>
/// <param name="Operand">The map.</param>
/// <param name="Key">A <see cref="string"/>, <see cref="long"/> (the parser gives only negative ones: others are an
/// <see cref="IndexExpression"/>), or <see cref="bool"/>.</param>
public sealed record KeyExpression(Expression Operand, object Key) : Expression;

/// <summary>What a pointer points to: <c>*p</c>.</summary>
public sealed record DereferenceExpression(Expression Operand) : Expression;

/// <summary><c>len(x)</c> or <c>cap(x)</c>.</summary>
public sealed record LengthExpression(Expression Operand, bool IsCapacity) : Expression;

/// <summary>The value in an interface when it has this type: <c>v.(*main.T)</c>.</summary>
/// <param name="Operand">The interface.</param>
/// <param name="Type">Name of the type, with the package's whole path, without quotes: <c>*net/http.body</c>.</param>
public sealed record AssertionExpression(Expression Operand, string Type) : Expression;

/// <summary>Every element of an array, slice or map: <c>items[*]</c>. What follows is taken of each.</summary>
public sealed record EachExpression(Expression Operand) : Expression;

/// <summary>Some parts of a value instead of all of it, at the end of an expression: <c>req.{Method, path:
/// URL.Path}</c>.</summary>
/// <param name="Operand">The value.</param>
/// <param name="Parts">The parts, one at least, each under another name.</param>
public sealed record PartsExpression(Expression Operand, ImmutableArray<PartExpression> Parts) : Expression
{
    /// <inheritdoc/>
    public bool Equals(PartsExpression? other) =>
        other is not null && Operand == other.Operand && Parts.AsSpan().SequenceEqual(other.Parts.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Operand, Parts.Length, Parts[0]);
}

/// <summary>A part of a value.</summary>
/// <param name="Name">Under which it is shown.</param>
/// <param name="Path">The path to it: its first name is a field of the value.</param>
public sealed record PartExpression(string Name, Expression Path);
