using System.Buffers;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Texts that people and processes give to things in the catalog.</summary>
internal static class CatalogText
{
    /// <summary>Characters of a name.</summary>
    public const int NameCharactersMax = 64;

    private const string LettersAndDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> InNames = SearchValues.Create(LettersAndDigits + ".-_");

    /// <summary>Refuses what is no name.</summary>
    /// <param name="what">What it is the name of, such as <c>a schedule</c>.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="CatalogException">It is none.</exception>
    public static void RequireName(string what, string name)
    {
        if (!IsName(name))
        {
            throw new CatalogException(CatalogError.Invalid, $"{Shown(name)} cannot be the name of {what}: it has 1 to "
                + $"{NameCharactersMax} letters, digits, dots, dashes or underscores, the first a letter or digit");
        }
    }

    /// <summary>Refuses a text that is too long.</summary>
    /// <param name="what">What it is, such as <c>the comment</c>.</param>
    /// <param name="text">The text.</param>
    /// <param name="charactersMax">How long it may be.</param>
    /// <exception cref="CatalogException">It is longer.</exception>
    public static void RequireLength(string what, string? text, int charactersMax)
    {
        if (text?.Length > charactersMax)
        {
            throw new CatalogException(CatalogError.Invalid,
                $"{what} has {text.Length} characters; {charactersMax} is the limit");
        }
    }

    /// <summary>Whether a text is a name.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= NameCharactersMax && char.IsAsciiLetterOrDigit(text[0])
        && !text.AsSpan().ContainsAnyExcept(InNames);

    /// <summary>A name made of a text of which nothing is known.</summary>
    /// <param name="text">The text.</param>
    /// <param name="charactersMax">How long the name may be; of a longer one the end is kept.</param>
    /// <param name="otherwise">The name when nothing is left.</param>
    public static string NameOf(string text, int charactersMax, string otherwise)
    {
        ReadOnlySpan<char> end = text.AsSpan(Math.Max(0, text.Length - charactersMax));
        string name = string.Concat(end.ToArray().Select(static one => InNames.Contains(one) ? one : '-'))
            .TrimStart('.', '-', '_').TrimEnd('-');
        return name.Length == 0 ? otherwise : name;
    }

    /// <summary>The beginning of a text.</summary>
    public static string Start(string text, int charactersMax) =>
        text.Length <= charactersMax ? text : string.Concat(text.AsSpan(0, charactersMax - 1), "…");

    /// <summary>A text of which nothing is known, for messages.</summary>
    public static string Shown(string text) =>
        text.Length is > 0 and <= 200 && !text.Any(char.IsControl) ? $"\"{text}\"" : "what was given";
}
