using SideEye.GoRuntime.Types;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// Which words of a dictionary tell what the shapes in a body stand for. The compiler gives an index to the variables
/// that are declared in a function itself, but not to those that were captured or that escaped, nor in inlined copies:
/// their types are made of the same shapes.
/// </summary>
internal sealed class ShapedTypes
{
    private const string ShapeMark = "go.shape.";
    private const int NestingMax = 16;

    private readonly Dictionary<GoType, int> indices = [];
    private readonly bool areDistinct;

    /// <summary>Collects the indices of variables.</summary>
    /// <param name="parts">What the body's name says.</param>
    /// <param name="variables">Of the body, and of the function around a closure.</param>
    public ShapedTypes(GenericParts parts, IEnumerable<GoVariable> variables)
    {
        areDistinct = parts.HasDistinctShapes;
        foreach (GoVariable variable in variables)
        {
            if (variable.DictionaryIndex is { } index)
                indices.TryAdd(variable.Type, index);
        }
    }

    /// <summary>True when the type of a variable can be told from a dictionary.</summary>
    public bool Knows(GoVariable variable) =>
        variable.DictionaryIndex is not null || (areDistinct && Knows(variable.Type, 0));

    /// <summary>The type of a variable, by a dictionary.</summary>
    /// <param name="variable">A variable that <see cref="Knows(GoVariable)"/>.</param>
    /// <param name="typeAt">The type in a word of the dictionary; null when there is none.</param>
    public GoType? Real(GoVariable variable, Func<int, GoType?> typeAt) =>
        variable.DictionaryIndex is { } index ? typeAt(index) : Real(variable.Type, typeAt);

    private bool Knows(GoType type, int nesting) =>
        indices.ContainsKey(type) || (nesting < NestingMax && PartOf(type) is { } part && Knows(part, nesting + 1));

    private GoType? Real(GoType type, Func<int, GoType?> typeAt)
    {
        if (indices.TryGetValue(type, out int index))
            return typeAt(index);
        if (PartOf(type) is not { } part || Real(part, typeAt) is not { } element)
            return null;
        string prefix = type.Kind switch
        {
            GoKind.Pointer => "*",
            GoKind.Slice => "[]",
            _ => $"[{type.Length}]",
        };
        return new GoType(prefix + element.Name, type.Kind, type.Size, () => new GoTypeParts(element))
        {
            Length = type.Length,
        };
    }

    /// <summary>What a type without a name is made of, when that is a shape.</summary>
    private static GoType? PartOf(GoType type) =>
        type is { Kind: GoKind.Pointer or GoKind.Slice or GoKind.Array, Element: { } element }
            && !type.Name.StartsWith(ShapeMark, StringComparison.Ordinal)
            && element.Name.Contains(ShapeMark, StringComparison.Ordinal)
            ? element : null;
}
