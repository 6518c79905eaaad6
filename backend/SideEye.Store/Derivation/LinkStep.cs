using System.Collections.Immutable;

namespace SideEye.Store.Derivation;

/// <summary>
/// Matches links: for each row of both ends how many rows of the other end belong to it, never the pairs themselves,
/// so that the work is that of a join on distinct values. The view of pairs is for queries with a condition.
/// </summary>
internal sealed class LinkStep(
    SpecSql sql, StoredTables stored, DerivationRecord record, DerivationLimits limits,
    ImmutableArray<IdentityColumn> identity)
{
    /// <summary>The link as the spec has it.</summary>
    private const string Forward = "forward";

    /// <summary>From the link's <c>to</c> to its <c>from</c>.</summary>
    private const string Backward = "backward";

    private readonly List<string> pairs = [];
    private long matches;

    /// <summary>Matches a link in both directions, or says why not.</summary>
    public void Match(int id, TableLink link)
    {
        long before = matches;
        bool isMatching = false;
        try
        {
            (LinkSide from, LinkSide to) = LinkSide.Of(stored, link, identity);
            isMatching = true;
            bool isSelf = string.Equals(link.From.Table, link.To.Table, StringComparison.OrdinalIgnoreCase);
            bool isSame = isSelf && IsMirror(link);
            Insert(id, Forward, from, to, isSelf);
            if (!isSame)
                Insert(id, Backward, to, from, isSelf);
            object? count = sql.Rows("SELECT TRY_CAST(coalesce(sum(match_count), 0) AS BIGINT) FROM link_matches "
                + $"WHERE link_id = {id} AND direction = '{Forward}'")[0][0];
            pairs.Add(Pairs(id, Forward, from, to, isSelf));
            if (!isSame)
                pairs.Add(Pairs(id, Backward, to, from, isSelf));
            record.Linked(id, link, (long?)count, null);
        }
        catch (StoreException e)
        {
            matches = before;
            if (isMatching)
                sql.RunLimited($"DELETE FROM link_matches WHERE link_id = {id}");
            if (!(link.IsOptional && IsMissing(e)))
                record.Linked(id, link, null, e.Message);
        }
    }

    /// <summary>Whether both directions join the same columns, so that the second would say everything twice.</summary>
    private static bool IsMirror(TableLink link)
    {
        HashSet<(string, string)> pairs = [.. link.From.Columns.Zip(link.To.Columns)];
        return pairs.All(pair => pairs.Contains((pair.Item2, pair.Item1)));
    }

    /// <summary>Creates the view of pairs over the links that were matched.</summary>
    public void WriteView()
    {
        if (pairs.Count > 0)
            sql.RunTogether(DerivationTables.LinkedRows(identity, pairs));
    }

    private void Insert(int id, string direction, LinkSide from, LinkSide to, bool isSelf)
    {
        IEnumerable<string> keys = to.Keys("b").Select((key, index) => $"{key} AS k{index}");
        IEnumerable<string> first = to.Identity("b").Select((each, n) => $"arg_min_null({each}, b.rowid) AS f{n}");
        IEnumerable<string> last = to.Identity("b").Select((each, n) => $"arg_max_null({each}, b.rowid) AS l{n}");
        IEnumerable<string> examples = identity.Select((_, index) => Example(isSelf, $"g.f{index}", $"g.l{index}"));
        string ids = string.Concat(from.Identity("a").Select(each => each + ", "));
        long left = limits.LinkMatchesMax - matches;
        long written = sql.RunLimited($"""
            INSERT INTO link_matches
            SELECT * FROM (
                SELECT {id}, '{direction}', {SqlTypes.Literal(from.Table)}, a.rowid, {ids}
                       {SqlTypes.Literal(to.Table)}, g.n - CASE WHEN {Itself(from, to, isSelf)} THEN 1 ELSE 0 END AS n,
                       {string.Join(", ", examples.Prepend(Example(isSelf, "g.first", "g.last")))}
                FROM {SqlTypes.Quote(from.Table)} a
                JOIN (SELECT {string.Join(", ", keys.Concat(first).Concat(last))},
                             count(*) AS n, min(b.rowid) AS first, max(b.rowid) AS last
                      FROM {SqlTypes.Quote(to.Table)} b
                      GROUP BY {string.Join(", ", to.Keys("b"))}) g
                  ON {Equal(from.Keys("a"), to.Keys("b").Select((_, index) => $"g.k{index}"))}
            ) WHERE n > 0 LIMIT {left + 1}
            """);
        if (written > left)
        {
            throw new StoreException(StoreError.RowLimit,
                $"the links match more than {limits.LinkMatchesMax} rows; this one was left out");
        }
        matches += written;
    }

    /// <summary>What stands for the rows of the other end: the first, or the last where the first is itself.</summary>
    private static string Example(bool isSelf, string first, string last) =>
        isSelf ? $"CASE WHEN g.first = a.rowid THEN {last} ELSE {first} END" : first;

    /// <summary>Whether a row belongs to itself, as one of a table that is linked to itself may.</summary>
    private static string Itself(LinkSide from, LinkSide to, bool isSelf) =>
        isSelf ? $"coalesce({Equal(from.Keys("a"), to.Keys("a"))}, false)" : "false";

    private static string Pairs(int id, string direction, LinkSide from, LinkSide to, bool isSelf)
    {
        string ids = string.Concat(from.Identity("a").Select(each => each + ", "));
        string targets = string.Concat(to.Identity("b").Select(each => ", " + each));
        return $"SELECT {id}, '{direction}', {SqlTypes.Literal(from.Table)}, a.rowid, {ids}"
            + $"{SqlTypes.Literal(to.Table)}, b.rowid{targets} FROM {SqlTypes.Quote(from.Table)} a "
            + $"JOIN {SqlTypes.Quote(to.Table)} b ON {Equal(from.Keys("a"), to.Keys("b"))}"
            + (isSelf ? " AND a.rowid <> b.rowid" : "");
    }

    private static string Equal(IEnumerable<string> left, IEnumerable<string> right) =>
        string.Join(" AND ", left.Zip(right, (one, other) => $"{one} = {other}"));

    private static bool IsMissing(StoreException e) =>
        e.Message.StartsWith("there is no table ", StringComparison.Ordinal)
        || e.Message.Contains(" has no column ", StringComparison.Ordinal);
}
