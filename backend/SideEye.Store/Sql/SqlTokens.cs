using System.Collections.Immutable;

namespace SideEye.Store.Sql;

/// <summary>
/// Cuts SQL into tokens where DuckDB's scanner does (PostgreSQL's rules): strings and what continues them, quoted
/// names, dollar quotes, numbers, comments that end with a line and comments that nest. What is allowed is decided by
/// DuckDB's own parser, on a text in which nothing is left between the tokens: <see cref="StatementText"/>.
/// </summary>
internal static class SqlTokens
{
    private static readonly string[] LongSymbols = ["->>", "->", "::", "<=", ">=", "<>", "!=", "==", "||", "//", ":="];

    /// <summary>The tokens of <paramref name="sql"/>; an unfinished string or comment ends at the end.</summary>
    public static ImmutableArray<SqlToken> Of(string sql)
    {
        ImmutableArray<SqlToken>.Builder tokens = ImmutableArray.CreateBuilder<SqlToken>();
        int at = 0;
        int end = 0;
        bool escapes = false;
        while (at < sql.Length)
        {
            int space = SpaceAt(sql, at);
            if (space > at)
            {
                at = space;
                continue;
            }
            // What continues a string with escapes has escapes too.
            escapes = sql[at] == '\'' ? escapes && IsContinued(sql, end, at) : IsEscapedText(sql, at);
            SqlTokenKind kind = KindAt(sql, at, escapes, out end);
            tokens.Add(new SqlToken(kind, at, sql[at..end]));
            at = end;
        }
        return tokens.ToImmutable();
    }

    /// <summary>Whether a comment that begins after <paramref name="start"/>, where no token is any more, has no end.
    /// </summary>
    public static bool HasOpenComment(string sql, int start)
    {
        for (int at = start; at < sql.Length; at = SpaceAt(sql, at))
        {
            if (IsAt(sql, at, "/*") && CommentEnd(sql, at) is null)
                return true;
        }
        return false;
    }

    /// <summary>Whether strings with this between them are one: spaces and line comments, with a line's end.</summary>
    public static bool IsContinued(string sql, int start, int end)
    {
        bool hasLineEnd = false;
        for (int at = start; at < end; at = SpaceAt(sql, at))
        {
            if (IsAt(sql, at, "/*"))
                return false;
            hasLineEnd |= sql[at] is '\n' or '\r';
        }
        return hasLineEnd;
    }

    /// <summary>The SQL without the semicolons, spaces and comments after its last token.</summary>
    public static string WithoutEnd(string sql)
    {
        ImmutableArray<SqlToken> tokens = Of(sql);
        int last = tokens.Length - 1;
        while (last >= 0 && tokens[last].Is(";"))
            last--;
        return last < 0 ? "" : sql[..tokens[last].End];
    }

    /// <summary>Whether a comma is outside all brackets.</summary>
    public static bool HasOuterComma(string sql)
    {
        int depth = 0;
        foreach (SqlToken token in Of(sql))
        {
            if (token.Kind != SqlTokenKind.Symbol)
                continue;
            depth += token.Text is "(" or "[" or "{" ? 1 : token.Text is ")" or "]" or "}" ? -1 : 0;
            if (depth == 0 && token.Text == ",")
                return true;
        }
        return false;
    }

    private static int SpaceAt(string sql, int at)
    {
        if (sql[at] is ' ' or '\t' or '\n' or '\r' or '\f' || IsWideSpace(sql[at]))
            return at + 1;
        if (IsAt(sql, at, "--"))
        {
            int line = sql.AsSpan(at).IndexOfAny('\n', '\r');
            return line < 0 ? sql.Length : at + line;
        }
        return IsAt(sql, at, "/*") ? CommentEnd(sql, at) ?? sql.Length : at;
    }

    /// <summary>Spaces beyond ASCII as DuckDB takes them; all others beyond ASCII are letters to it.</summary>
    private static bool IsWideSpace(char c) =>
        c is '\u00A0' or (>= '\u2000' and <= '\u200B') or '\u202F' or '\u205F' or '\u2060' or '\u3000' or '\uFEFF';

    /// <summary>Null when it does not end.</summary>
    private static int? CommentEnd(string sql, int at)
    {
        int depth = 0;
        for (; at < sql.Length; at++)
        {
            if (IsAt(sql, at, "/*"))
            {
                depth++;
                at++;
            }
            else if (IsAt(sql, at, "*/"))
            {
                at++;
                if (--depth == 0)
                    return at + 1;
            }
        }
        return null;
    }

    private static bool IsEscapedText(string sql, int at) => sql[at] is 'e' or 'E' && IsAt(sql, at + 1, "'");

    private static SqlTokenKind KindAt(string sql, int at, bool escapes, out int end)
    {
        char c = sql[at];
        if (c == '\'' || escapes)
        {
            end = QuoteEnd(sql, c == '\'' ? at : at + 1, '\'', escapes);
            return SqlTokenKind.Text;
        }
        if (c == '"')
        {
            end = QuoteEnd(sql, at, '"', escapes: false);
            return SqlTokenKind.QuotedName;
        }
        if (c == '$' && DollarEnd(sql, at) is int dollar)
        {
            end = dollar;
            return SqlTokenKind.Text;
        }
        if (char.IsAsciiDigit(c))
        {
            end = NumberEnd(sql, at);
            return SqlTokenKind.Number;
        }
        if (IsNameStart(c))
        {
            end = Run(sql, at, static n => IsNameStart(n) || char.IsAsciiDigit(n) || n == '$');
            return SqlTokenKind.Word;
        }
        end = SymbolEnd(sql, at);
        return SqlTokenKind.Symbol;
    }

    private static int SymbolEnd(string sql, int at)
    {
        foreach (string symbol in LongSymbols)
        {
            // A comment begins within what looks like a symbol, too: //* is a slash and a comment.
            if (IsAt(sql, at, symbol) && !(symbol == "//" && IsAt(sql, at + 1, "/*")))
                return at + symbol.Length;
        }
        return at + 1;
    }

    /// <summary>Digits, a fraction, an exponent; 1..2 has two numbers and 1e is a number and a name.</summary>
    private static int NumberEnd(string sql, int at)
    {
        int end = DigitsEnd(sql, at);
        if (IsAt(sql, end, ".") && !IsAt(sql, end, ".."))
            end = DigitsEnd(sql, end + 1);
        if (!IsAt(sql, end, "e") && !IsAt(sql, end, "E"))
            return end;
        int exponent = IsAt(sql, end + 1, "+") || IsAt(sql, end + 1, "-") ? end + 2 : end + 1;
        int last = DigitsEnd(sql, exponent);
        return last > exponent ? last : end;
    }

    private static int DigitsEnd(string sql, int start)
    {
        int at = start;
        while (at < sql.Length && (char.IsAsciiDigit(sql[at]) || (at > start && sql[at] == '_'
            && at + 1 < sql.Length && char.IsAsciiDigit(sql[at + 1]))))
        {
            at++;
        }
        return at;
    }

    private static int QuoteEnd(string sql, int at, char quote, bool escapes)
    {
        for (at++; at < sql.Length; at++)
        {
            if (escapes && sql[at] == '\\')
                at++;
            else if (sql[at] != quote)
                continue;
            else if (at + 1 < sql.Length && sql[at + 1] == quote)
                at++;
            else
                return at + 1;
        }
        return sql.Length;
    }

    private static int? DollarEnd(string sql, int at)
    {
        int tag = Run(sql, at + 1, static c => IsNameStart(c) || char.IsAsciiDigit(c));
        if (tag >= sql.Length || sql[tag] != '$' || char.IsAsciiDigit(sql[at + 1]))
            return null;
        string mark = sql[at..(tag + 1)];
        int close = sql.IndexOf(mark, tag + 1, StringComparison.Ordinal);
        return close < 0 ? sql.Length : close + mark.Length;
    }

    private static int Run(string sql, int at, Func<char, bool> belongs)
    {
        while (at < sql.Length && belongs(sql[at]))
            at++;
        return at;
    }

    private static bool IsNameStart(char c) =>
        char.IsAsciiLetter(c) || c == '_' || (c >= 0x80 && !IsWideSpace(c));

    private static bool IsAt(string sql, int at, string what) =>
        at <= sql.Length && string.CompareOrdinal(sql, at, what, 0, what.Length) == 0;
}
