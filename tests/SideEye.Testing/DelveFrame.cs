using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace SideEye.Testing;

/// <summary>How much of each variable Delve loads (api.LoadConfig).</summary>
public sealed record DelveLoad
{
    internal const int JsonDepthMax = 1000;

    /// <summary>Most of what our test programs have.</summary>
    public static DelveLoad Most { get; } = new();

    /// <summary>Whether pointers are followed.</summary>
    public bool FollowPointers { get; init; } = true;

    /// <summary>Levels of nesting. Delve does not see when it goes in circles: the cost may be exponential.</summary>
    public int MaxVariableRecurse { get; init; } = 4;

    /// <summary>Bytes of a string.</summary>
    public int MaxStringLen { get; init; } = 1 << 16;

    /// <summary>Elements of an array, slice or map.</summary>
    public int MaxArrayValues { get; init; } = 1100;

    /// <summary>Fields of a struct; -1 for all.</summary>
    public int MaxStructFields { get; init; } = -1;
}

/// <summary>One frame, as Delve sees it.</summary>
/// <param name="ProgramCounter">Run-time address.</param>
/// <param name="Function">The function; null where Delve knows none.</param>
/// <param name="Locals">Local variables in scope, those of outer blocks first.</param>
/// <param name="Arguments">Parameters and results.</param>
public sealed record DelveFrame(
    [property: JsonPropertyName("pc")] ulong ProgramCounter,
    [property: JsonPropertyName("function")] DelveFunction? Function,
    IReadOnlyList<DelveVariable>? Locals,
    IReadOnlyList<DelveVariable>? Arguments)
{
    /// <summary>The variable that a name means at this place; null when Delve has none of this name.</summary>
    public DelveVariable? Find(string name) =>
        (Locals ?? []).Concat(Arguments ?? []).LastOrDefault(variable => variable.Name == name && !variable.IsShadowed)
        ?? (Locals ?? []).LastOrDefault(variable => variable.Name == $"&{name}" && !variable.IsShadowed);
}

/// <summary>A function, as Delve names it: type arguments spelt out.</summary>
public sealed record DelveFunction(string Name);

/// <summary>A variable or a part of one (api.Variable).</summary>
/// <param name="Name">Its name; of struct fields too.</param>
/// <param name="Address">Where it is.</param>
/// <param name="IsUnloaded">Whether a limit kept Delve from loading it.</param>
/// <param name="Type">Its type.</param>
/// <param name="Flags">Bits: 1 escaped, 2 shadowed, 8 argument, 16 result.</param>
/// <param name="Kind">reflect.Kind; 0 is what a nil pointer or interface has inside.</param>
/// <param name="Value">Text of scalars, strings and functions.</param>
/// <param name="Length">Elements, bytes or entries it has, loaded or not.</param>
/// <param name="Capacity">Of slices and channels.</param>
/// <param name="Children">Elements, fields; keys and values of a map in turn.</param>
/// <param name="Base">Where elements begin; 0 for nil.</param>
/// <param name="Unreadable">Why there is no value; empty when there is.</param>
/// <param name="LocationExpr">Where it is, in words of DWARF; of whole variables only.</param>
public sealed partial record DelveVariable(
    string Name,
    [property: JsonPropertyName("addr")] ulong Address,
    [property: JsonPropertyName("onlyAddr")] bool IsUnloaded,
    string Type,
    int Flags,
    int Kind,
    string Value,
    [property: JsonPropertyName("len")] long Length,
    [property: JsonPropertyName("cap")] long Capacity,
    IReadOnlyList<DelveVariable>? Children,
    ulong Base,
    string Unreadable,
    string? LocationExpr)
{
    private const int Shadowed = 2;

    /// <summary>Whether another variable of the same name hides it.</summary>
    public bool IsShadowed => (Flags & Shadowed) != 0;

    /// <summary>
    /// Whether there is a value. Delve takes the parts of a variable that the compiler keeps nowhere for zero, and a
    /// value whose type argument it does not know for one of the argument's shape: neither is a value.
    /// </summary>
    public bool IsReadable => Unreadable.Length == 0
        && !Type.Contains("go.shape.", StringComparison.Ordinal)
        && !MissingPiece().IsMatch(LocationExpr ?? "");

    // A piece without a place before it (DWARF 5, 2.6.1.2).
    [GeneratedRegex(@"(\]|DW_OP_piece 0x[0-9a-f]+) DW_OP_piece")]
    private static partial Regex MissingPiece();
}
