using System.Collections.Immutable;
using System.Text;

namespace SideEye.Store.Sql;

/// <summary>
/// The shorthand for paths in JSON columns: <c>column->path.to[0].field</c> and <c>column->'path.to[0].field'</c> give
/// the text there. All else stays as it is: <c>->></c>, paths in DuckDB's own form (<c>'$.a'</c>, <c>'/a'</c>, an
/// index), lambdas, and arrows after anything that is no column.
/// </summary>
internal sealed class PathShorthand
{
    private readonly string sql;
    private readonly ImmutableArray<SqlToken> tokens;
    private readonly IReadOnlySet<string> columns;

    private PathShorthand(string sql, IReadOnlySet<string> columns)
    {
        this.sql = sql;
        this.columns = columns;
        tokens = SqlTokens.Of(sql);
    }

    /// <summary>The expression in DuckDB's own words.</summary>
    /// <param name="sql">The expression, with or without shorthand.</param>
    /// <param name="columns">Names of the columns, compared without case.</param>
    /// <param name="isJson">True to get documents where the whole expression is one path, not their text.</param>
    public static string Expand(string sql, IReadOnlySet<string> columns, bool isJson) =>
        new PathShorthand(sql, columns).Expand(isJson);

    private string Expand(bool isJson)
    {
        StringBuilder result = new();
        int copied = 0;
        int index = 0;
        while (index < tokens.Length)
        {
            if (!TryPath(index, out int first, out int next, out JsonPath path))
            {
                index++;
                continue;
            }
            bool isWhole = first == 0 && next == tokens.Length;
            // Quoted, since variables have names such as order and end.
            string column = sql[tokens[first].Start..tokens[index].Start] + SqlTypes.Quote(tokens[index].Value);
            result.Append(sql, copied, tokens[first].Start - copied)
                .Append(isJson && isWhole ? "json_extract(" : "json_extract_string(").Append(column).Append(", ")
                .Append(SqlTypes.Literal(path.ToString())).Append(')');
            copied = tokens[next - 1].End;
            index = next;
        }
        return result.Append(sql, copied, sql.Length - copied).ToString();
    }

    /// <summary>Whether a path starts at the arrow after the column at <paramref name="index"/>.</summary>
    /// <param name="index">Index of the column's token.</param>
    /// <param name="first">Index of the column's first qualifier, or of the column.</param>
    /// <param name="next">Index after the path.</param>
    /// <param name="path">The path.</param>
    private bool TryPath(int index, out int first, out int next, out JsonPath path)
    {
        path = new JsonPath();
        first = index;
        next = index + 1;
        if (!tokens[index].IsName || !columns.Contains(tokens[index].Value))
            return false;
        while (first >= 2 && tokens[first - 1].Is(".") && tokens[first - 2].IsName)
            first -= 2;
        int length = path.Length;
        while (IsSymbol(next, "->") && TryStep(next + 1, path, out int after))
        {
            next = after;
            length = path.Length;
        }
        path.CutTo(length);
        return next > index + 1;
    }

    /// <summary>One arrow's path: a string, or names and elements.</summary>
    private bool TryStep(int at, JsonPath path, out int next)
    {
        next = at;
        if (at >= tokens.Length)
            return false;
        if (tokens[at].Kind == SqlTokenKind.Text)
        {
            string text = tokens[at].Value;
            next = at + 1;
            return tokens[at].Text[0] == '\'' && !text.StartsWith('$') && !text.StartsWith('/')
                && path.TryWritten(text);
        }
        next = NamesEnd(at);
        if (next == at || IsSymbol(next, "("))
            return false;
        for (int index = at; index < next; index++)
        {
            if (tokens[index].IsName)
                path.Field(tokens[index].Value);
            else if (tokens[index].Kind == SqlTokenKind.Number)
                path.Element(tokens[index].Text);
        }
        return true;
    }

    /// <summary>Index after <c>name ('.' name | '[' number ']')*</c>.</summary>
    private int NamesEnd(int at)
    {
        if (!tokens[at].IsName)
            return at;
        at++;
        while (true)
        {
            if (IsSymbol(at, ".") && at + 1 < tokens.Length && tokens[at + 1].IsName)
                at += 2;
            else if (IsSymbol(at, "[") && IsSymbol(at + 2, "]") && IsIndex(tokens[at + 1]))
                at += 3;
            else
                return at;
        }
    }

    private bool IsSymbol(int index, string symbol) => index < tokens.Length && tokens[index].Is(symbol);

    private static bool IsIndex(SqlToken token) =>
        token.Kind == SqlTokenKind.Number && !token.Text.AsSpan().ContainsAnyExceptInRange('0', '9');
}
