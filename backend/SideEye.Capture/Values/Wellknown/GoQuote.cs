using System.Text;

namespace SideEye.Capture.Values.Wellknown;

/// <summary>Quotes as strconv.Quote does.</summary>
internal static class GoQuote
{
    /// <summary>A text in double quotes, with what cannot be printed escaped.</summary>
    public static string Of(string text)
    {
        StringBuilder quoted = new(text.Length + 2);
        quoted.Append('"');
        foreach (Rune rune in text.EnumerateRunes())
        {
            string? escape = rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\a' => "\\a",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\v' => "\\v",
                < ' ' or 0x7f => $"\\x{rune.Value:x2}",
                _ => null,
            };
            if (escape is not null)
                quoted.Append(escape);
            else if (Rune.IsControl(rune) || (Rune.IsWhiteSpace(rune) && rune.Value != ' '))
                quoted.Append($"\\u{rune.Value:x4}");
            else
                quoted.Append(rune.ToString());
        }
        return quoted.Append('"').ToString();
    }
}
