using System.Collections.Immutable;
using System.Text;
using SideEye.Store.Sql;

namespace SideEye.Store;

/// <summary>
/// Macros in SQL, <c>$__name</c> and <c>$__name(argument, ...)</c>: replaced where they are code, never within strings,
/// quoted names and comments.
/// </summary>
/// <param name="macros">What becomes of each, by name without <c>$__</c>. It gets the arguments as SQL, with macros
/// within them replaced; it throws <see cref="StoreException"/> when they are wrong.</param>
public sealed class SqlMacros(IReadOnlyDictionary<string, Func<IReadOnlyList<string>, string>> macros)
{
    private const string Prefix = "__";
    private const int DepthMax = 8;

    /// <summary>The SQL with all macros replaced.</summary>
    /// <exception cref="StoreException">There is no such macro, or its arguments are wrong.</exception>
    public string Expand(string sql) => Expand(sql, 0);

    private string Expand(string sql, int depth)
    {
        if (depth > DepthMax)
            throw new StoreException(StoreError.Sql, $"macros are nested more than {DepthMax} deep");
        ImmutableArray<SqlToken> tokens = SqlTokens.Of(sql);
        StringBuilder result = new();
        int copied = 0;
        for (int index = 0; index + 1 < tokens.Length; index++)
        {
            if (!IsMacro(tokens, index))
                continue;
            string name = tokens[index + 1].Text[Prefix.Length..];
            if (!macros.TryGetValue(name, out Func<IReadOnlyList<string>, string>? macro))
                throw Unknown(name);
            int last = index + 1;
            IReadOnlyList<string> arguments = last + 1 < tokens.Length && tokens[last + 1].Is("(")
                ? Arguments(sql, tokens, depth, ref last) : [];
            result.Append(sql, copied, tokens[index].Start - copied).Append(macro(arguments));
            copied = tokens[last].End;
            index = last;
        }
        return result.Append(sql, copied, sql.Length - copied).ToString();
    }

    private static bool IsMacro(ImmutableArray<SqlToken> tokens, int index) =>
        tokens[index].Is("$") && tokens[index + 1].Kind == SqlTokenKind.Word
        && tokens[index + 1].Start == tokens[index].End
        && tokens[index + 1].Text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The arguments in the brackets that follow; <paramref name="last"/> becomes the closing one.</summary>
    private List<string> Arguments(string sql, ImmutableArray<SqlToken> tokens, int depth, ref int last)
    {
        List<string> arguments = [];
        int brackets = 0;
        int start = tokens[last + 1].End;
        for (int at = last + 1; at < tokens.Length; at++)
        {
            SqlToken token = tokens[at];
            if (token.Is("(") || token.Is("[") || token.Is("{"))
                brackets++;
            else if (token.Is(")") || token.Is("]") || token.Is("}"))
                brackets--;
            bool isEnd = brackets == 0;
            if (!isEnd && !(brackets == 1 && token.Is(",")))
                continue;
            string argument = sql[start..token.Start].Trim();
            if (!isEnd || argument.Length > 0 || arguments.Count > 0)
                arguments.Add(Expand(argument, depth + 1));
            start = token.End;
            if (!isEnd)
                continue;
            last = at;
            return arguments;
        }
        throw new StoreException(StoreError.Sql, $"the brackets after ${tokens[last].Text} are not closed");
    }

    private StoreException Unknown(string name) => new(StoreError.Sql,
        $"there is no macro $__{name}; there are "
        + string.Join(", ", macros.Keys.Order(StringComparer.Ordinal).Select(known => $"$__{known}")));
}
