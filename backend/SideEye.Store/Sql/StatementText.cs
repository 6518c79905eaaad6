using System.Collections.Immutable;

namespace SideEye.Store.Sql;

/// <summary>
/// A statement as it runs: without comments and what else stands between its tokens, so that DuckDB cannot see more in
/// it than was seen here. Everything stays at its place, so that mistakes are shown where they were written.
/// </summary>
/// <param name="Judged">The query itself.</param>
/// <param name="Run">The query, and EXPLAIN before it where that was written.</param>
/// <param name="IsExplain">Whether it shows how the query runs.</param>
internal readonly record struct StatementText(string Judged, string Run, bool IsExplain)
{
    /// <summary>What a person wrote as it runs; semicolons around it are left out.</summary>
    /// <exception cref="StoreException">There is nothing, it is nested too deeply, or no text.</exception>
    public static StatementText Of(string sql, int nestingMax)
    {
        if (HasNoText(sql))
            throw new StoreException(StoreError.Sql, "the query has a NUL or half a character in it; remove it");
        ImmutableArray<SqlToken> tokens = SqlTokens.Of(sql);
        if (SqlTokens.HasOpenComment(sql, tokens.Length == 0 ? 0 : tokens[^1].End))
            throw new StoreException(StoreError.Sql, "the query has a comment without an end: /* ... */");
        SqlNesting.Require(tokens, nestingMax);
        int first = 0;
        int last = tokens.Length - 1;
        while (first <= last && tokens[first].Is(";"))
            first++;
        while (last > first && tokens[last].Is(";"))
            last--;
        if (first > last)
            throw new StoreException(StoreError.Sql, "the query is empty");
        char[] text = new char[tokens[last].End];
        for (int index = 0; index <= last; index++)
        {
            int end = index == 0 ? 0 : tokens[index - 1].End;
            int start = tokens[index].Start;
            Blank(sql, end, start, text);
            // Strings on two lines are one to DuckDB, unless there is a comment of the other kind between them.
            if (index > 0 && tokens[index].Kind == SqlTokenKind.Text && !SqlTokens.IsContinued(sql, end, start))
                text.AsSpan(end, start - end).Fill(' ');
            tokens[index].Text.CopyTo(text.AsSpan(start));
        }
        Blank(sql, 0, tokens[first].Start, text);
        string run = new(text);
        bool isExplain = last > first && tokens[first].IsWord("EXPLAIN");
        if (isExplain)
        {
            int before = last > first + 1 && tokens[first + 1].IsWord("ANALYZE") ? first + 1 : first;
            Blank(sql, 0, tokens[before].End, text);
        }
        return new StatementText(isExplain ? new string(text) : run, run, isExplain);
    }

    private static void Blank(string sql, int start, int end, char[] text)
    {
        for (int at = start; at < end; at++)
            text[at] = sql[at] == '\n' || (sql[at] == '\r' && (at + 1 == end || sql[at + 1] != '\n')) ? '\n' : ' ';
    }

    /// <summary>Whether what DuckDB gets would not be what is here: it takes UTF-8 that ends with a NUL.</summary>
    private static bool HasNoText(string sql)
    {
        for (int at = 0; at < sql.Length; at++)
        {
            if (sql[at] == '\0' || (char.IsSurrogate(sql[at]) && !char.IsSurrogatePair(sql, at)))
                return true;
            at += char.IsSurrogate(sql[at]) ? 1 : 0;
        }
        return false;
    }
}
