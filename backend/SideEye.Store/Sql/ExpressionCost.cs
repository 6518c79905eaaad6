namespace SideEye.Store.Sql;

/// <summary>
/// What it costs to plan the expressions of a query, about: DuckDB looks at all within an expression again for each
/// part of it, and binds what is in a subquery or lambda up to three times for each that it is in.
/// </summary>
/// <param name="costMax">What all may come to.</param>
internal sealed class ExpressionCost(long costMax)
{
    private long cost;

    /// <summary>Adds an expression.</summary>
    /// <param name="depth">Expressions that it is in, and itself.</param>
    /// <param name="level">Subqueries and lambdas that it is in.</param>
    /// <exception cref="StoreException">That makes too many.</exception>
    public void Add(int depth, int level)
    {
        long more = (long)depth * depth;
        for (int each = 0; each < level && more <= costMax; each++)
            more *= 3;
        cost += more;
        if (cost > costMax)
        {
            throw new StoreException(StoreError.Sql,
                "the query has expressions of too many parts within each other (a + b + c + ... are such, and so are "
                + "subqueries in subqueries); make it of several steps, as with WITH, or use concat() and list_sum()");
        }
    }
}
