using System.Collections.Immutable;

namespace SideEye.Store.Sql;

/// <summary>
/// Cuts SQL into tokens as DuckDB's scanner does (PostgreSQL's rules): strings, quoted names, dollar quotes and nested
/// comments. What is decided on tokens is convenience; what is allowed is decided by DuckDB's own parser.
/// </summary>
internal static class SqlTokens
{
    private static readonly string[] LongSymbols = ["->>", "->", "::", "<=", ">=", "<>", "!=", "==", "||", "//", ":="];

    /// <summary>The tokens of <paramref name="sql"/>; an unfinished string or comment ends at the end.</summary>
    public static ImmutableArray<SqlToken> Of(string sql)
    {
        ImmutableArray<SqlToken>.Builder tokens = ImmutableArray.CreateBuilder<SqlToken>();
        int at = 0;
        while (at < sql.Length)
        {
            int space = SpaceAt(sql, at);
            if (space > at)
            {
                at = space;
                continue;
            }
            SqlTokenKind kind = KindAt(sql, at, out int end);
            tokens.Add(new SqlToken(kind, at, sql[at..end]));
            at = end;
        }
        return tokens.ToImmutable();
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
        if (char.IsWhiteSpace(sql[at]))
            return at + 1;
        if (IsAt(sql, at, "--"))
        {
            int line = sql.IndexOf('\n', at);
            return line < 0 ? sql.Length : line + 1;
        }
        return IsAt(sql, at, "/*") ? CommentEnd(sql, at) : at;
    }

    private static int CommentEnd(string sql, int at)
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
        return sql.Length;
    }

    private static SqlTokenKind KindAt(string sql, int at, out int end)
    {
        char c = sql[at];
        if (c == '\'')
        {
            end = QuoteEnd(sql, at, '\'', escapes: false);
            return SqlTokenKind.Text;
        }
        if (c == '"')
        {
            end = QuoteEnd(sql, at, '"', escapes: false);
            return SqlTokenKind.QuotedName;
        }
        if (c is 'e' or 'E' && IsAt(sql, at + 1, "'"))
        {
            end = QuoteEnd(sql, at + 1, '\'', escapes: true);
            return SqlTokenKind.Text;
        }
        if (c == '$' && DollarEnd(sql, at) is int dollar)
        {
            end = dollar;
            return SqlTokenKind.Text;
        }
        if (char.IsAsciiDigit(c))
        {
            end = Run(sql, at, static n => char.IsAsciiLetterOrDigit(n) || n is '_' or '.');
            return SqlTokenKind.Number;
        }
        if (IsNameStart(c))
        {
            end = Run(sql, at, static n => IsNameStart(n) || char.IsAsciiDigit(n) || n == '$');
            return SqlTokenKind.Word;
        }
        end = at + 1;
        foreach (string symbol in LongSymbols)
        {
            if (!IsAt(sql, at, symbol))
                continue;
            end = at + symbol.Length;
            break;
        }
        return SqlTokenKind.Symbol;
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
        if (tag >= sql.Length || sql[tag] != '$')
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

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= 0x80;

    private static bool IsAt(string sql, int at, string what) =>
        at <= sql.Length && string.CompareOrdinal(sql, at, what, 0, what.Length) == 0;
}
