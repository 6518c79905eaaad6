using SideEye.Store.Derivation;

namespace SideEye.Store.Tests;

public sealed class Links_between_tables : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string path;
    private readonly CapturedTables tables = new CapturedTables()
        .Table("call", "address VARCHAR, stream BIGINT", [1, 10L, 0, "c1", 1L], [1, 11L, 0, "c1", 3L],
            [1, 12L, 0, "c2", 1L], [1, 13L, 0, null, 1L])
        .Table("handle", "peer VARCHAR, stream VARCHAR, lock JSON", [2, 20L, 5, "c1", "1", "\"0xa\""],
            [2, 21L, 5, "c2", "1", "\"0xa\""], [2, 22L, 5, "c9", "x", null], [2, 23L, 5, null, "1", "null"])
        .Table("job", "held VARCHAR", [2, 30L, 1, "0xa"]);

    private static readonly TableLink CallToHandler = new(
        new LinkedColumns("call", ["address", "stream"]), new LinkedColumns("handle", ["peer", "stream"]),
        "the server");

    private static readonly TableLink HandlerToJob = new(
        new LinkedColumns("handle", ["lock"]), new LinkedColumns("job", ["held"]), "who holds it");

    public Links_between_tables() => path = folder.File("a.duckdb");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Equal_values_link_rows_in_both_directions_and_NULLs_never_match()
    {
        DerivationOutcome outcome = tables.Write(path, Spec(CallToHandler, HandlerToJob));
        Assert.Empty(outcome.Errors);
        Assert.Equal(2, outcome.Links);
        Assert.Equal(
            ["1 | call | [address, stream] | handle | [peer, stream] | the server | 2 | NULL",
            "2 | handle | [lock] | job | [held] | who holds it | 2 | NULL"],
            QueryText.Ask(path, "FROM links"));
        Assert.Equal(
        [
            "1 | backward | handle | 0 | 2 | 20 | 5 | call | 1 | 0 | 1 | 10 | 0",
            "1 | backward | handle | 1 | 2 | 21 | 5 | call | 1 | 2 | 1 | 12 | 0",
            "1 | forward | call | 0 | 1 | 10 | 0 | handle | 1 | 0 | 2 | 20 | 5",
            "1 | forward | call | 2 | 1 | 12 | 0 | handle | 1 | 1 | 2 | 21 | 5",
            "2 | backward | job | 0 | 2 | 30 | 1 | handle | 2 | 0 | 2 | 20 | 5",
            "2 | forward | handle | 0 | 2 | 20 | 5 | job | 1 | 0 | 2 | 30 | 1",
            "2 | forward | handle | 1 | 2 | 21 | 5 | job | 1 | 0 | 2 | 30 | 1",
        ], QueryText.Ask(path, "FROM link_matches ORDER BY ALL"));
    }

    [Fact]
    public void A_table_with_a_rowid_of_its_own_cannot_be_linked_because_links_name_rows_by_DuckDBs()
    {
        TableLink link = HandlerToJob with { To = new LinkedColumns("numbered", ["held"]) };
        DerivationOutcome outcome = tables.Write(path, Spec(link) with
        {
            Tables = [new DerivedTable("numbered", ["SELECT 7 AS RowID, held FROM job"], null)],
        });
        Assert.StartsWith("link: table numbered has a column rowid of its own", Assert.Single(outcome.Errors).Message,
            StringComparison.Ordinal);
        Assert.Equal(["0"], QueryText.Ask(path, "SELECT count(*) FROM link_matches"));
    }

    [Fact]
    public void From_the_call_over_its_handler_to_the_holder_of_the_lock_is_a_walk_of_SQL()
    {
        tables.Write(path, Spec(CallToHandler, HandlerToJob));
        Assert.Equal(["30"], QueryText.Ask(path, """
            SELECT second.to_goroutine_id
            FROM linked_rows first
            JOIN linked_rows second ON second.from_table = first.to_table AND second.from_rowid = first.to_rowid
            WHERE first.from_table = 'call' AND first.goroutine_id = 10 AND second.to_table = 'job'
            """));
    }

    [Fact]
    public void A_row_or_its_identity_is_asked_what_it_links_to()
    {
        tables.Write(path, Spec(CallToHandler, HandlerToJob));
        using SnapshotReader reader = SnapshotReader.Open(path);
        CancellationToken stop = TestContext.Current.CancellationToken;
        RowLink link = Assert.Single(SnapshotLinks.OfRow(reader, "job", 0, stop));
        Assert.Equal((2, LinkDirection.Backward, "handle", 2L, 0L, "who holds it"),
            (link.LinkId, link.Direction, link.ToTable, link.MatchCount, link.ExampleRowId, link.Description));
        Assert.Equal(["20", "21"], QueryText.Ask(reader, $"SELECT goroutine_id FROM ({link.RowsSql(100)})"));
        Assert.Equal(["20"], QueryText.Ask(reader, $"SELECT goroutine_id FROM ({link.RowsSql(1)})"));
        Assert.Equal(["call", "job"],
            SnapshotLinks.OfIdentity(reader, [new("process_id", 2), new("goroutine_id", 20)], stop)
                .Select(each => each.ToTable).Order());
        Assert.Empty(SnapshotLinks.OfRow(reader, "call", 3, stop));
    }

    [Fact]
    public void Rows_of_one_table_link_to_each_other_but_not_to_themselves()
    {
        DerivationOutcome outcome = tables.Write(path, Spec(
            new TableLink(new LinkedColumns("call", ["address"]), new LinkedColumns("call", ["address"]), null)));
        Assert.Empty(outcome.Errors);
        Assert.Equal(["0 | 1 | 1", "1 | 1 | 0"],
            QueryText.Ask(path, "SELECT from_rowid, match_count, example_rowid FROM link_matches ORDER BY ALL"));
        Assert.Equal(["0 | 1", "1 | 0"],
            QueryText.Ask(path, "SELECT from_rowid, to_rowid FROM linked_rows ORDER BY ALL"));
    }

    [Fact]
    public void Two_ends_in_one_table_that_name_each_other_match_once()
    {
        CapturedTables streams = new CapturedTables().Table(
            "streams", "local VARCHAR, remote VARCHAR", [1, 10L, 0, "a:1", "b:2"], [2, 20L, 0, "b:2", "a:1"]);
        streams.Write(path, Spec(new TableLink(
            new LinkedColumns("streams", ["local", "remote"]), new LinkedColumns("streams", ["remote", "local"]), "")));
        Assert.Equal(
            ["forward | 0 | 1", "forward | 1 | 1"],
            QueryText.Ask(path, "SELECT direction, from_rowid, match_count FROM link_matches ORDER BY ALL"));
    }

    [Fact]
    public void A_link_that_fails_says_why_and_takes_no_other_down()
    {
        DerivationOutcome outcome = tables.Write(path, Spec(
            new TableLink(new LinkedColumns("call", ["address"]), new LinkedColumns("absent", ["a"]), null),
            new TableLink(new LinkedColumns("call", ["absent"]), new LinkedColumns("job", ["held"]), null),
            new TableLink(new LinkedColumns("call", ["absent"]), new LinkedColumns("job", ["held"]), null, true),
            new TableLink(new LinkedColumns("call", ["address"]), new LinkedColumns("frames", ["function"]), null),
            HandlerToJob));
        Assert.Equal(["there is no table absent", "table call has no column absent", "there is no table frames"],
            QueryText.Ask(path, "SELECT error FROM links WHERE error IS NOT NULL ORDER BY link_id"));
        Assert.Equal((1, 3), (outcome.Links, outcome.Errors.Length));
        Assert.Equal(["5"], QueryText.Ask(path, "SELECT DISTINCT link_id FROM link_matches"));
    }

    [Fact]
    public void A_link_of_everything_with_everything_costs_rows_not_pairs()
    {
        object?[][] rows = [.. Enumerable.Range(0, 20_000).Select(row => new object?[] { 1, (long)row, 0, "same" })];
        CapturedTables large = new CapturedTables().Table("a", "k VARCHAR", rows).Table("b", "k VARCHAR", rows);
        TableLink link = new(new LinkedColumns("a", ["k"]), new LinkedColumns("b", ["k"]), null);
        Assert.Empty(large.Write(path, Spec(link)).Errors);
        Assert.Equal(["400000000"], QueryText.Ask(path, "SELECT pair_count FROM links"));
        Assert.Equal(["40000"], QueryText.Ask(path, "SELECT count(*) FROM link_matches"));
        DerivationOutcome limited = large.Write(path, Spec(link), new DerivationLimits { LinkMatchesMax = 30_000 });
        Assert.Contains("more than 30000 rows", Assert.Single(limited.Errors).Message, StringComparison.Ordinal);
        Assert.Equal(["0"], QueryText.Ask(path, "SELECT count(*) FROM link_matches"));
    }

    private static DerivationSpec Spec(params TableLink[] links) => new() { Links = [.. links] };
}
