using System.Collections.Immutable;
using System.Globalization;

namespace SideEye.Store;

/// <summary>Asks a snapshot file what its rows link to.</summary>
public static class SnapshotLinks
{
    /// <summary>Links that lead away from a row, in the order of the spec.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="table">Table of the row.</param>
    /// <param name="rowId">DuckDB's rowid of the row.</param>
    /// <param name="stop">Cancels the query.</param>
    /// <exception cref="StoreException">The file holds no links, not even the empty tables.</exception>
    public static ImmutableArray<RowLink> OfRow(
        SnapshotReader reader, string table, long rowId, CancellationToken stop) =>
        Read(reader, $"m.from_table = {SqlTypes.Literal(table)} AND m.from_rowid = {Number(rowId)}", stop);

    /// <summary>Links that lead away from the rows of any table that have these values.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="identity">Columns, with their values, that tell whose rows are asked for.</param>
    /// <param name="stop">Cancels the query.</param>
    /// <exception cref="StoreException">The file holds no links, or no such column.</exception>
    public static ImmutableArray<RowLink> OfIdentity(
        SnapshotReader reader, IEnumerable<KeyValuePair<string, long>> identity, CancellationToken stop) =>
        Read(reader, string.Join(" AND ", identity
            .Select(each => $"m.{SqlTypes.Quote(each.Key)} = {Number(each.Value)}").DefaultIfEmpty("false")), stop);

    private static ImmutableArray<RowLink> Read(SnapshotReader reader, string condition, CancellationToken stop)
    {
        using QueryResult rows = reader.Query($"""
            SELECT m.link_id, m.direction, m.from_table, m.from_rowid, m.to_table, m.match_count, m.example_rowid,
                   l.description
            FROM link_matches m JOIN links l USING (link_id)
            WHERE {condition}
            ORDER BY m.link_id, m.direction DESC, m.from_table, m.from_rowid
            """, QueryLimits.None, stop);
        ImmutableArray<RowLink>.Builder links = ImmutableArray.CreateBuilder<RowLink>();
        while (rows.Read())
        {
            links.Add(new RowLink(
                (int)rows.GetInt64(0), rows.GetText(1) == "forward" ? LinkDirection.Forward : LinkDirection.Backward,
                rows.GetText(2), rows.GetInt64(3), rows.GetText(4), rows.GetInt64(5), rows.GetInt64(6),
                rows.IsNull(7) ? null : rows.GetText(7)));
        }
        return links.ToImmutable();
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Which way a link is followed.</summary>
public enum LinkDirection
{
    /// <summary>As the spec has it.</summary>
    Forward,

    /// <summary>From the spec's <c>to</c> to its <c>from</c>.</summary>
    Backward,
}

/// <summary>A link that leads away from a row.</summary>
/// <param name="LinkId">Identity of the link in its file.</param>
/// <param name="Direction">Which way.</param>
/// <param name="FromTable">Table of the row.</param>
/// <param name="FromRowId">DuckDB's rowid of the row.</param>
/// <param name="ToTable">Table of the rows that it leads to.</param>
/// <param name="MatchCount">How many they are, at least one.</param>
/// <param name="ExampleRowId">The first of them.</param>
/// <param name="Description">What the link means; null when the spec does not say.</param>
public sealed record RowLink(
    int LinkId, LinkDirection Direction, string FromTable, long FromRowId, string ToTable, long MatchCount,
    long ExampleRowId, string? Description)
{
    /// <summary>A query for the rows that it leads to, all columns, the first <paramref name="rowsMax"/>.</summary>
    public string RowsSql(int rowsMax) => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT * FROM {SqlTypes.Quote(ToTable)} WHERE rowid IN (
            SELECT to_rowid FROM linked_rows
            WHERE link_id = {LinkId} AND direction = '{(Direction == LinkDirection.Forward ? "forward" : "backward")}'
              AND from_rowid = {FromRowId})
        ORDER BY rowid LIMIT {rowsMax}
        """);
}
