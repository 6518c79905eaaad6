using System.Globalization;
using System.Text;

namespace SideEye.Spec.Expressions;

/// <summary>String, rune and integer literals (Go specification, Lexical elements).</summary>
internal static class GoLiterals
{
    // A Go string is bytes; what a key of a map can be here is text.
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Takes a string literal in quotes or backquotes; the cursor stands at the opening one.</summary>
    public static string TakeString(ExpressionCursor cursor)
    {
        int start = cursor.Offset;
        char quote = cursor.Take();
        List<byte> bytes = [];
        while (!cursor.TryTake(quote))
        {
            if (cursor.IsAtEnd)
                throw new ExpressionSyntaxException(start, $"no {quote} closes this string");
            if (quote == '"' && cursor.Next == '\\')
                TakeEscape(cursor, quote, bytes);
            else
                AddCharacter(bytes, cursor);
        }
        try
        {
            return Strict.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            throw new ExpressionSyntaxException(start, "this string is not valid UTF-8");
        }
    }

    /// <summary>Takes an integer, with sign, or a rune.</summary>
    public static long TakeInteger(ExpressionCursor cursor)
    {
        int start = cursor.Offset;
        if (cursor.Next == '\'')
            return TakeRune(cursor);
        bool isNegative = cursor.TryTake('-');
        if (!isNegative)
            cursor.TryTake('+');
        int digits = cursor.Offset;
        while (char.IsAsciiLetterOrDigit(cursor.Next) || cursor.Next == '_')
            cursor.Take();
        string text = cursor.TextFrom(digits);
        if (!TryParse(text, out ulong magnitude))
            throw new ExpressionSyntaxException(start, $"{cursor.TextFrom(start)} is not an integer of Go's");
        if (magnitude > (isNegative ? 1UL << 63 : long.MaxValue))
            throw new ExpressionSyntaxException(start, $"{cursor.TextFrom(start)} is out of the range of int64");
        return isNegative ? unchecked(-(long)magnitude) : (long)magnitude;
    }

    private static bool TryParse(string text, out ulong value)
    {
        (uint radix, string digits) = text switch
        {
            ['0', 'x' or 'X', .. string rest] => (16u, rest),
            ['0', 'o' or 'O', .. string rest] => (8u, rest),
            ['0', 'b' or 'B', .. string rest] => (2u, rest),
            ['0', .. { Length: > 0 } rest] => (8u, rest),
            _ => (10u, text),
        };
        value = 0;
        bool hasDigits = false;
        foreach (char character in digits)
        {
            if (character == '_')
                continue;
            uint digit = char.IsAsciiHexDigit(character) ? (uint)Convert.ToInt32(character.ToString(), 16) : radix;
            UInt128 next = ((UInt128)value * radix) + digit;
            if (digit >= radix || next > ulong.MaxValue)
                return false;
            value = (ulong)next;
            hasDigits = true;
        }
        return hasDigits;
    }

    private static long TakeRune(ExpressionCursor cursor)
    {
        int start = cursor.Offset;
        cursor.Take();
        List<byte> bytes = [];
        if (cursor.IsAtEnd || cursor.Next == '\'')
            throw new ExpressionSyntaxException(start, "this rune is empty");
        if (cursor.Next == '\\')
            TakeEscape(cursor, '\'', bytes);
        else
            AddCharacter(bytes, cursor);
        if (!cursor.TryTake('\''))
            throw new ExpressionSyntaxException(start, "no ' closes this rune, which is one character");
        return Rune.DecodeFromUtf8([.. bytes], out Rune rune, out _) == System.Buffers.OperationStatus.Done
            ? rune.Value
            : bytes[0];
    }

    private static void AddCharacter(List<byte> bytes, ExpressionCursor cursor)
    {
        int start = cursor.Offset;
        char first = cursor.Take();
        if (char.IsHighSurrogate(first) && char.IsLowSurrogate(cursor.Next))
            AddRune(bytes, char.ConvertToUtf32(first, cursor.Take()));
        else if (char.IsSurrogate(first))
            throw new ExpressionSyntaxException(start, "half a character");
        else
            AddRune(bytes, first);
    }

    private static void TakeEscape(ExpressionCursor cursor, char quote, List<byte> bytes)
    {
        int start = cursor.Offset;
        cursor.Take();
        char kind = cursor.IsAtEnd ? ExpressionCursor.End : cursor.Take();
        int simple = "abfnrtv\\".IndexOf(kind);
        if (simple >= 0)
            bytes.Add("\a\b\f\n\r\t\v\\"u8[simple]);
        else if (kind == quote)
            bytes.Add((byte)kind);
        else if (kind == 'x')
            bytes.Add((byte)TakeDigits(cursor, start, 2, 16));
        else if (kind is 'u' or 'U')
            AddRune(bytes, TakeRuneValue(cursor, start, kind == 'u' ? 4 : 8));
        else if (kind is >= '0' and <= '3')
            bytes.Add((byte)(((kind - '0') * 64) + TakeDigits(cursor, start, 2, 8)));
        else
            throw new ExpressionSyntaxException(start, "Go has no such escape");
    }

    private static int TakeRuneValue(ExpressionCursor cursor, int start, int digits)
    {
        uint value = TakeDigits(cursor, start, digits, 16);
        return Rune.IsValid(value)
            ? (int)value
            : throw new ExpressionSyntaxException(start, "this escape is no Unicode character");
    }

    private static uint TakeDigits(ExpressionCursor cursor, int start, int count, int radix)
    {
        int first = cursor.Offset;
        for (int i = 0; i < count; i++)
        {
            bool isDigit = radix == 16 ? char.IsAsciiHexDigit(cursor.Next) : cursor.Next is >= '0' and <= '7';
            if (!isDigit)
                throw new ExpressionSyntaxException(start, $"this escape needs {count} digits");
            cursor.Take();
        }
        string digits = cursor.TextFrom(first);
        return radix == 16
            ? uint.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : Convert.ToUInt32(digits, radix);
    }

    private static void AddRune(List<byte> bytes, int value)
    {
        Span<byte> encoded = stackalloc byte[4];
        bytes.AddRange(encoded[..new Rune(value).EncodeToUtf8(encoded)]);
    }
}
