namespace SideEye.GoRuntime.Functions;

/// <summary>What the name of a generic function's body says of it.</summary>
/// <param name="DictionaryNames">Names under which its dictionaries may stand, type arguments as <c>[...]</c>.</param>
/// <param name="Receiver">Name of the receiver's type in that form; null of functions.</param>
/// <param name="IsPointerReceiver">True for <c>(*T[...]).M</c>.</param>
/// <param name="TakesDictionary">False for closures, which have it from the function around them.</param>
internal sealed record GenericParts(
    IReadOnlyList<string> DictionaryNames, string? Receiver, bool IsPointerReceiver, bool TakesDictionary)
{
    private const string PointerReceiver = ".(*";

    /// <summary>Takes a name apart; null when it is none of a generic function.</summary>
    public static GenericParts? Of(string function)
    {
        string name = GenericName.Elided(function);
        int bracket = name.IndexOf(GenericName.Ellipsis, StringComparison.Ordinal);
        if (bracket < 0)
            return null;
        int end = bracket + GenericName.Ellipsis.Length;
        string rest = name[end..];
        bool isPointer = rest.StartsWith(')');
        string type = name[..end];
        if (isPointer)
        {
            int open = type.IndexOf(PointerReceiver, StringComparison.Ordinal);
            if (open < 0)
                return null;
            type = type.Remove(open + 1, PointerReceiver.Length - 1);
            rest = rest[1..];
        }
        if (rest.Length == 0)
            return new GenericParts([type], null, false, true);
        int dot = rest.IndexOf('.', 1);
        string method = name[..(name.Length - (dot < 0 ? 0 : rest.Length - dot))];
        bool isWhole = dot < 0 && !IsClosure(rest) && rest[0] == '.';
        return new GenericParts([type, method], type, isPointer, isWhole);
    }

    /// <summary>Names that the compiler gives: .func1, .gowrap1, .deferwrap1, -range1. A method may be called so too;
    /// it is then taken for a closure.</summary>
    private static bool IsClosure(string rest)
    {
        ReadOnlySpan<char> word = rest.AsSpan(1).TrimEnd("0123456789");
        return word.Length < rest.Length - 1 && word is "func" or "gowrap" or "deferwrap" or "range";
    }
}
