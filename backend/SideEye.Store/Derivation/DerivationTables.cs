using System.Collections.Immutable;
using System.Text;

namespace SideEye.Store.Derivation;

/// <summary>SQL of the tables and views that a derivation fills, while they are empty.</summary>
internal static class DerivationTables
{
    /// <summary>The statements that make them.</summary>
    /// <param name="identity">Columns that identify a row of a captured table.</param>
    public static string Sql(ImmutableArray<IdentityColumn> identity) => string.Join(
        '\n', Embedded.Text("derivation.sql"), Matches(identity), LinkedRows(identity, []),
        CapturedValuesView.Sql(identity, []));

    /// <summary>The statement that makes the view of pairs anew.</summary>
    /// <param name="identity">Columns that identify a row of a captured table.</param>
    /// <param name="pairs">A SELECT for each direction of each link.</param>
    public static string LinkedRows(ImmutableArray<IdentityColumn> identity, IEnumerable<string> pairs)
    {
        string ids = string.Concat(
            identity.Select(each => $"CAST(NULL AS {each.Type}) AS {SqlTypes.Quote(each.Name)}, "));
        string to = string.Concat(identity.Select(each => $", CAST(NULL AS {each.Type}) AS {Name("to_", each)}"));
        string none = $"SELECT CAST(NULL AS INTEGER) AS link_id, CAST(NULL AS VARCHAR) AS direction, "
            + $"CAST(NULL AS VARCHAR) AS from_table, CAST(NULL AS BIGINT) AS from_rowid, {ids}"
            + $"CAST(NULL AS VARCHAR) AS to_table, CAST(NULL AS BIGINT) AS to_rowid{to} WHERE false";
        return $"CREATE OR REPLACE VIEW linked_rows AS {string.Join("\nUNION ALL\n", pairs.Prepend(none))};"
            + "COMMENT ON VIEW linked_rows IS 'The pairs of rows that links join, both directions: give a link_id or "
            + "a from_table and a from_rowid, and a LIMIT.';";
    }

    private static string Matches(ImmutableArray<IdentityColumn> identity)
    {
        string ids = string.Concat(identity.Select(each => $"{SqlTypes.Quote(each.Name)} {each.Type}, "));
        string examples = string.Concat(identity.Select(each => $", {Name("example_", each)} {each.Type}"));
        StringBuilder create = new();
        create.Append($"""
            CREATE TABLE link_matches (link_id INTEGER NOT NULL, direction VARCHAR NOT NULL,
                from_table VARCHAR NOT NULL, from_rowid BIGINT NOT NULL, {ids}to_table VARCHAR NOT NULL,
                match_count BIGINT NOT NULL, example_rowid BIGINT NOT NULL{examples});
            COMMENT ON TABLE link_matches IS
                'For each row that a link leads away from: how many rows it leads to, and one of them; both ways.';
            COMMENT ON COLUMN link_matches.link_id IS 'The link: links.link_id.';
            COMMENT ON COLUMN link_matches.direction IS 'forward as the spec has the link, or backward.';
            COMMENT ON COLUMN link_matches.from_table IS 'Table of the row.';
            COMMENT ON COLUMN link_matches.from_rowid IS 'The row: rowid of from_table.';
            COMMENT ON COLUMN link_matches.to_table IS 'Table of the rows that it leads to.';
            COMMENT ON COLUMN link_matches.match_count IS 'How many they are; the row itself is not counted.';
            COMMENT ON COLUMN link_matches.example_rowid IS 'The first of them: rowid of to_table.';
            """);
        foreach (IdentityColumn each in identity)
        {
            create.Append($"COMMENT ON COLUMN link_matches.{SqlTypes.Quote(each.Name)} IS "
                + "'Of the row; NULL where its table has no such column.';"
                + $"COMMENT ON COLUMN link_matches.{Name("example_", each)} IS 'Of the first of them.';");
        }
        return create.ToString();
    }

    private static string Name(string prefix, IdentityColumn column) => SqlTypes.Quote(prefix + column.Name);
}
