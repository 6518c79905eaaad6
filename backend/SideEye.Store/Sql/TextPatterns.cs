using System.Collections.Frozen;

namespace SideEye.Store.Sql;

/// <summary>
/// Patterns of LIKE and its kin. DuckDB looks for the texts between % one after the other; but where a pattern has _,
/// and for ILIKE, ESCAPE and GLOB always, it tries all ways, of which there are many times more for each %.
/// </summary>
internal static class TextPatterns
{
    /// <summary>% that such a pattern may have, or * of GLOB.</summary>
    public const int WildcardsMax = 4;

    /// <summary>The functions that operators become, with what the operator is called.</summary>
    private static readonly FrozenDictionary<string, string> Operators = new Dictionary<string, string>
    {
        ["~~"] = "LIKE",
        ["!~~"] = "LIKE",
        ["like_escape"] = "LIKE",
        ["not_like_escape"] = "LIKE",
        ["~~*"] = "ILIKE",
        ["!~~*"] = "ILIKE",
        ["ilike_escape"] = "ILIKE",
        ["not_ilike_escape"] = "ILIKE",
        ["~~~"] = "GLOB",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a function compares a text with a pattern, its second argument.</summary>
    public static bool HasPattern(string function) => Operators.ContainsKey(function);

    /// <summary>Makes sure that a pattern is not one of those that take forever.</summary>
    /// <exception cref="StoreException">It is.</exception>
    public static void Require(string function, string pattern)
    {
        string name = Operators[function];
        bool isPlain = function is "~~" or "!~~" && !pattern.Contains('_', StringComparison.Ordinal);
        char wildcard = name == "GLOB" ? '*' : '%';
        if (isPlain || pattern.AsSpan().Count(wildcard) <= WildcardsMax)
            return;
        throw new StoreException(StoreError.Sql,
            $"a pattern of {name} has more than {WildcardsMax} {wildcard}{(name == "LIKE" ? " together with _" : "")}, "
            + "which can take forever; use regexp_matches(), or several patterns with AND");
    }
}
