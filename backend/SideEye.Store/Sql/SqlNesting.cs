using System.Collections.Immutable;

namespace SideEye.Store.Sql;

/// <summary>
/// How deep a query goes. DuckDB's parser and planner call themselves for each level, on a stack that they do not
/// watch everywhere.
/// </summary>
internal static class SqlNesting
{
    /// <summary>Refuses a query with too many open brackets or too many parts that nest without brackets.</summary>
    /// <exception cref="StoreException">It is too deep.</exception>
    public static void Require(ImmutableArray<SqlToken> tokens, int nestingMax)
    {
        int depth = 0;
        int chained = 0;
        foreach (SqlToken token in tokens)
        {
            depth += token.Kind != SqlTokenKind.Symbol ? 0
                : token.Text is "(" or "[" or "{" ? 1 : token.Text is ")" or "]" or "}" ? -1 : 0;
            chained += IsChain(token) ? 1 : 0;
            if (depth > nestingMax || chained > nestingMax)
            {
                throw new StoreException(StoreError.Sql,
                    $"the query is nested too deeply: more than {nestingMax} levels of brackets, or parts");
            }
        }
    }

    private static bool IsChain(SqlToken token) =>
        token.IsWord("UNION") || token.IsWord("EXCEPT") || token.IsWord("INTERSECT") || token.IsWord("JOIN")
        || token.IsWord("DESCRIBE") || token.IsWord("EXPLAIN");
}
