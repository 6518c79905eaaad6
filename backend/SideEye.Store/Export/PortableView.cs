using System.Collections.Immutable;
using System.Text;
using SideEye.Store.Sql;

namespace SideEye.Store.Export;

/// <summary>
/// Decides whether a view means the same in SQLite: only when every word of it is known to. What compares text by
/// pattern, does arithmetic or calls functions that SQLite lacks is none of these.
/// </summary>
internal static class PortableView
{
    private static readonly ImmutableHashSet<string> Keywords = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "SELECT", "FROM", "AS", "INNER", "LEFT", "JOIN", "USING", "ON", "WHERE", "AND", "OR", "NOT", "IS", "NULL",
        "GROUP", "ORDER", "BY", "ASC", "DESC", "NULLS", "FIRST", "LAST", "LIMIT");

    private static readonly ImmutableHashSet<string> Functions = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase, "count", "min", "max", "coalesce");

    private static readonly ImmutableHashSet<string> Symbols = ["(", ")", ",", ".", "=", "<>", "*"];

    /// <summary>The view's SELECT for SQLite; null when it may mean something else there.</summary>
    /// <param name="create">DuckDB's own text: CREATE VIEW name AS SELECT ...</param>
    /// <param name="names">Names of the file's tables and columns.</param>
    public static string? Select(string create, IReadOnlySet<string> names)
    {
        ImmutableArray<SqlToken> tokens = SqlTokens.Of(SqlTokens.WithoutEnd(create));
        HashSet<string> known = new(names, StringComparer.OrdinalIgnoreCase);
        for (int index = 1; index < tokens.Length; index++)
        {
            if (IsWord(tokens[index - 1], "AS"))
                known.Add(tokens[index].Text);
        }
        int start = 0;
        while (start < tokens.Length && !IsWord(tokens[start], "AS"))
            start++;
        StringBuilder select = new();
        for (int index = start + 1; index < tokens.Length; index++)
        {
            SqlToken token = tokens[index];
            bool isCall = index + 1 < tokens.Length && tokens[index + 1].Is("(");
            if (isCall && IsWord(token, "count_star"))
                token = token with { Text = "count" };
            if (!IsPortable(token, isCall, known))
                return null;
            select.Append(token.Text).Append(' ');
            if (IsWord(tokens[index], "count_star"))
            {
                if (index + 2 >= tokens.Length || !tokens[index + 2].Is(")"))
                    return null;
                select.Append("(*) ");
                index += 2;
            }
        }
        return start < tokens.Length ? select.ToString() : null;
    }

    private static bool IsPortable(SqlToken token, bool isCall, HashSet<string> known) => token.Kind switch
    {
        SqlTokenKind.Word => Keywords.Contains(token.Text)
            || (isCall ? Functions.Contains(token.Text) : known.Contains(token.Text)),
        SqlTokenKind.QuotedName => !isCall,
        SqlTokenKind.Text => token.Text[0] == '\'',
        SqlTokenKind.Number => true,
        _ => Symbols.Contains(token.Text),
    };

    private static bool IsWord(SqlToken token, string word) =>
        token.Kind == SqlTokenKind.Word && string.Equals(token.Text, word, StringComparison.OrdinalIgnoreCase);
}
