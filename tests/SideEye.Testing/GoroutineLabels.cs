using System.Globalization;
using System.Text;

namespace SideEye.Testing;

/// <summary>Profiler labels as Go 1.27 and later print them in a goroutine's header.</summary>
public static class GoroutineLabels
{
    /// <summary>Reads what stands between the braces; a key or value is quoted when it has to be.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = 0;
        while (at < text.Length)
        {
            var key = Word(text, ref at);
            Expect(text, ref at, ": ");
            labels[key] = Word(text, ref at);
            if (at < text.Length)
            {
                Expect(text, ref at, ", ");
            }
        }

        return labels;
    }

    private static void Expect(string text, ref int at, string separator)
    {
        if (string.CompareOrdinal(text, at, separator, 0, separator.Length) != 0)
        {
            throw new FormatException($"labels {{{text}}}: no '{separator}' at {at}");
        }

        at += separator.Length;
    }

    private static string Word(string text, ref int at)
    {
        if (at < text.Length && text[at] == '"')
        {
            return Quoted(text, ref at);
        }

        var end = text.AsSpan(at).IndexOfAny(':', ',');
        var word = end < 0 ? text[at..] : text.Substring(at, end);
        at += word.Length;
        return word;
    }

    // printquoted in runtime/print.go, Go 1.27.
    private static string Quoted(string text, ref int at)
    {
        var word = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] != '\\' || at + 1 >= text.Length)
            {
                word.Append(text[at]);
                continue;
            }

            at++;
            var digits = text[at] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (digits > 0 && at + digits < text.Length)
            {
                var code = int.Parse(text.AsSpan(at + 1, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                word.Append(char.ConvertFromUtf32(code));
                at += digits;
            }
            else
            {
                word.Append(text[at] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var itself => itself });
            }
        }

        at++;
        return word.ToString();
    }
}
