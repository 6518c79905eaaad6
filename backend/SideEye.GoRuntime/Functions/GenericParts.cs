namespace SideEye.GoRuntime.Functions;

/// <summary>What the name of a generic function's body says of it.</summary>
/// <param name="Root">The function as in the symbol table; of a closure the one around it.</param>
/// <param name="DictionaryNames">Names under which its dictionaries may stand, type arguments as <c>[...]</c>.</param>
/// <param name="Receiver">Name of the receiver's type in that form; null of functions.</param>
/// <param name="IsPointerReceiver">True for <c>(*T[...]).M</c>.</param>
/// <param name="IsClosure">True of closures, which have the dictionary from the function around them.</param>
internal sealed record GenericParts(
    string Root, IReadOnlyList<string> DictionaryNames, string? Receiver, bool IsPointerReceiver, bool IsClosure)
{
    private const string PointerReceiver = ".(*";

    /// <summary>
    /// True when no two type arguments are of one shape. Then what is made of shapes is made of the same type arguments
    /// wherever it is met. Shapes have numbers up to Go 1.19.
    /// </summary>
    public required bool HasDistinctShapes { get; init; }

    /// <summary>Takes a name apart; null when it is none of a generic function.</summary>
    public static GenericParts? Of(string function)
    {
        int bracket = function.IndexOf('[', StringComparison.Ordinal);
        int close = bracket < 0 ? -1 : ClosingBracket(function, bracket);
        if (close < 0)
            return null;
        bool areDistinct = AreDistinct(function.AsSpan(bracket + 1, close - bracket - 1));
        string type = function[..bracket] + GenericName.Ellipsis;
        string rest = function[(close + 1)..];
        bool isPointer = rest.StartsWith(')');
        int open = type.IndexOf(PointerReceiver, StringComparison.Ordinal);
        if (isPointer != open >= 0)
            return null;
        string prefix = type;
        if (isPointer)
        {
            type = type.Remove(open + 1, PointerReceiver.Length - 1);
            prefix += ")";
            rest = rest[1..];
            close++;
        }
        int dot = rest.Length == 0 ? -1 : rest.IndexOfAny(['.', '-'], 1);
        string first = dot < 0 ? rest : rest[..dot];
        bool isMethod = first.Length > 0 && (isPointer || !IsGiven(first));
        int rootLength = close + 1 + (isMethod ? first.Length : 0);
        return new GenericParts(
            function[..rootLength], isMethod ? [type, prefix + first] : [type], isMethod ? type : null, isPointer,
            rootLength < function.Length)
        {
            HasDistinctShapes = areDistinct,
        };
    }

    /// <summary>Names that the compiler gives: .func1, .gowrap1, .deferwrap1, -range1. A method may be called so too;
    /// it is then taken for a closure.</summary>
    private static bool IsGiven(string name)
    {
        ReadOnlySpan<char> word = name.AsSpan(1).TrimEnd("0123456789");
        return word.Length < name.Length - 1 && word is "func" or "gowrap" or "deferwrap" or "range";
    }

    private static int ClosingBracket(string name, int open)
    {
        int depth = 0;
        for (int i = open; i < name.Length; i++)
        {
            depth += name[i] switch { '[' => 1, ']' => -1, _ => 0 };
            if (depth == 0)
                return i;
        }
        return -1;
    }

    private static bool AreDistinct(ReadOnlySpan<char> arguments)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= arguments.Length; i++)
        {
            char each = i < arguments.Length ? arguments[i] : ',';
            depth += each switch { '[' or '{' or '(' => 1, ']' or '}' or ')' => -1, _ => 0 };
            if (each is not (',' or ';') || depth > 0)
                continue;
            if (!seen.Add(arguments[start..i].ToString()))
                return false;
            start = i + 1;
        }
        return true;
    }
}
