using System.Text;

namespace SideEye.Spec.Expressions;

/// <summary>A position in the text of an expression.</summary>
internal sealed class ExpressionCursor(string text)
{
    /// <summary>What <see cref="Next"/> is at the end; no expression contains it.</summary>
    public const char End = '\0';

    public int Offset { get; private set; }

    public bool IsAtEnd => Offset == text.Length;

    public char Next => Offset < text.Length ? text[Offset] : End;

    public char NextAfterBlanks
    {
        get
        {
            int start = Offset;
            SkipBlanks();
            char next = Next;
            Offset = start;
            return next;
        }
    }

    public void SkipBlanks()
    {
        while (Offset < text.Length && text[Offset] is ' ' or '\t')
            Offset++;
    }

    public bool TryTake(char expected)
    {
        if (Next != expected || IsAtEnd)
            return false;
        Offset++;
        return true;
    }

    /// <summary>Takes the next character, which must be there.</summary>
    public char Take() => text[Offset++];

    public string TextFrom(int start) => text[start..Offset];

    /// <summary>
    /// Takes an identifier (Go specification, Identifiers), or one of the compiler's: unnamed results are called ~r0.
    /// </summary>
    public string? TakeName()
    {
        int start = Offset;
        int end = start;
        if (Next == '~')
            end++;
        while (end < text.Length && Rune.TryGetRuneAt(text, end, out Rune rune) && IsLetter(rune, end > start))
            end += rune.Utf16SequenceLength;
        if (end == start || (end == start + 1 && text[start] == '~'))
            return null;
        Offset = end;
        return text[start..end];
    }

    public ExpressionSyntaxException Unexpected(string expected)
    {
        if (IsAtEnd)
            return new ExpressionSyntaxException(Offset, $"{expected}, and the expression ends");
        string found = Rune.TryGetRuneAt(text, Offset, out Rune rune) && !Rune.IsControl(rune)
            ? rune.ToString()
            : $"U+{(int)text[Offset]:X4}";
        return new ExpressionSyntaxException(Offset, $"{expected}, not {found}");
    }

    private static bool IsLetter(Rune rune, bool isInside) =>
        rune.Value == '_' || Rune.IsLetter(rune) || (isInside && Rune.IsDigit(rune));
}
