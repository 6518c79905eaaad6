using System.Globalization;
using System.Text;

namespace SideEye.Cli.Output;

/// <summary>
/// Text from a target for a terminal. Names and labels are hostile input: an escape sequence among them must not
/// reach the terminal.
/// </summary>
internal static class PlainText
{
    /// <summary>The text with control and formatting characters shown as Go escapes them: \n, \x1b, \u202e.</summary>
    public static string Clean(string text)
    {
        int index = 0;
        while (index < text.Length && !IsUnsafe(text[index]))
            index++;
        if (index == text.Length)
            return text;
        StringBuilder clean = new(text, 0, index, text.Length + 16);
        for (; index < text.Length; index++)
        {
            char c = text[index];
            if (!IsUnsafe(c))
                clean.Append(c);
            else if (c == '\n')
                clean.Append("\\n");
            else if (c == '\t')
                clean.Append("\\t");
            else if (c == '\r')
                clean.Append("\\r");
            else
                clean.Append(CultureInfo.InvariantCulture, $"{(c <= 0xFF ? $"\\x{(int)c:x2}" : $"\\u{(int)c:x4}")}");
        }
        return clean.ToString();
    }

    /// <summary>The same for a text of several lines, which stay lines.</summary>
    public static string CleanLines(string text) => string.Join('\n', text.Split('\n').Select(Clean));

    /// <summary>Rows of one length in columns as wide as their widest cell; nothing trails behind the last.</summary>
    public static void WriteColumns(TextWriter text, IReadOnlyList<string[]> rows)
    {
        int[] widths = new int[rows[0].Length];
        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }

        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length - 1; i++)
            {
                text.Write(row[i]);
                for (int padding = row[i].Length; padding <= widths[i]; padding++)
                    text.Write(' ');
            }

            text.WriteLine(row[^1]);
        }
    }

    // Cc are the control characters; Cf turns the writing direction or hides text.
    private static bool IsUnsafe(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format;
}
