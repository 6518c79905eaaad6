using System.Text.RegularExpressions;
using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>What the readers of a file's parts share: limits, and where problems go.</summary>
internal sealed class ReadingContext(SpecReadingLimits limits, ProblemList problems)
{
    private const int ShownMax = 60;

    public SpecReadingLimits Limits { get; } = limits;

    public void Report(SourcePosition at, string message) => problems.Add(at, message);

    /// <summary>A text from a file as a message may show it.</summary>
    public static string Show(string text)
    {
        string visible = new([.. text.Take(ShownMax).Select(static c => char.IsControl(c) ? '?' : c)]);
        return text.Length > ShownMax ? visible + "..." : visible;
    }

    public string? Text(SpecNode node, string key, int charactersMax)
    {
        if (node is not ScalarNode scalar || scalar.Resolved == ScalarKind.Null)
        {
            Report(node.At, $"'{key}' should be a text, not {node.Kind}");
            return null;
        }
        if (scalar.Resolved != ScalarKind.Text)
        {
            Report(node.At, $"'{key}' should be a text, and {scalar.Text} is {node.Kind}: put it in quotes");
            return null;
        }
        if (string.IsNullOrWhiteSpace(scalar.Text))
        {
            Report(node.At, $"'{key}' is empty");
            return null;
        }
        if (scalar.Text.Length <= charactersMax)
            return scalar.Text;
        Report(node.At, $"'{key}' has {scalar.Text.Length} characters; {charactersMax} is the limit");
        return null;
    }

    /// <summary>A name in SQL that needs no quotes; DuckDB does not tell upper from lower case in names.</summary>
    public string? Identifier(string? name, string key, SourcePosition at)
    {
        if (name is null)
            return null;
        if (name.Length <= Limits.IdentifierCharactersMax && Identifiers.IsOne(name))
            return name;
        Report(at, $"'{key}' should be letters, digits and underscores, at most {Limits.IdentifierCharactersMax}, and "
            + $"no digit first; '{Show(name)}' is not");
        return null;
    }

    /// <summary>A regular expression without backtracking, so that no file name or variable can make it slow.</summary>
    public string? Pattern(SpecNode node, string key)
    {
        string? pattern = Text(node, key, Limits.PatternCharactersMax);
        if (pattern is null)
            return null;
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return pattern;
        }
        catch (RegexParseException e)
        {
            SourcePosition at = ((ScalarNode)node).PlaceOf(e.Offset);
            Report(at, $"'{key}' is no regular expression: {Explain(e.Message)}");
        }
        catch (NotSupportedException)
        {
            Report(node.At, $"'{key}' uses what a regular expression without backtracking cannot have (backreferences, "
                + "lookaround, atomic groups), or repeats too much");
        }
        return null;
    }

    // Invalid pattern 'x(' at offset 2. Not enough )'s.
    private static string Explain(string message)
    {
        int reason = message.LastIndexOf(". ", message.Length - 2, StringComparison.Ordinal);
        return (reason >= 0 ? message[(reason + 2)..] : message).TrimEnd('.');
    }
}
