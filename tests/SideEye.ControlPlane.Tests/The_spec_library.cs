using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Catalog;
using SideEye.Spec.Reading;

namespace SideEye.ControlPlane.Tests;

public sealed class The_spec_library : CatalogFixture
{
    private const string Orders = """
        version: 1
        functions:
          - function: main.order
            table: orders
            capture: [id]
        """;

    private const string LinkToOrders = """
        version: 1
        functions:
          - function: main.pay
            table: payments
            capture: [id]
        links:
          - from: { table: payments, columns: [id] }
            to: { table: orders, columns: [id] }
        """;

    private const string SameTable = """
        version: 1
        functions:
          - function: main.other
            table: orders
            capture: [id]
        """;

    [Fact]
    public async Task What_is_put_is_in_force_at_once_over_the_packs_and_after_a_restart()
    {
        int changes = 0;
        await using (SpecLibrary library = Library())
        {
            library.Changed += () => changes++;
            Assert.Empty(library.Documents);
            Assert.NotEmpty(library.Current.Merged.Functions);
            SpecVersion put = library.Put("orders.yaml", Orders, "ann", "the first", null);
            Assert.Equal(new SpecVersion("orders.yaml", 1, Orders, "ann", Start, "the first", false), put);
            Assert.Equal([new SpecText("orders.yaml", Orders)], library.Current.Documents);
            Assert.Contains(library.Current.Merged.Functions, static one => one.Table == "orders");
        }
        Assert.Equal(1, changes);
        Close();
        await using SpecLibrary again = Library();
        Assert.Equal("the first", Assert.Single(again.Documents).Comment);
        Assert.Contains(again.Current.Merged.Functions, static one => one.Table == "orders");
        Assert.Empty(again.Problems);
    }

    [Fact]
    public async Task Without_packs_only_the_documents_are_in_force()
    {
        await using SpecLibrary library = Library(new SpecLibraryOptions { WithPacks = false });
        Assert.Empty(library.Current.Merged.Functions);
        Assert.False(library.Current.WithPacks);
        library.Put("a", Orders, "ann", "", null);
        Assert.Single(library.Current.Merged.Functions);
    }

    [Fact]
    public async Task Every_version_stays_with_its_author_and_a_removal_is_one()
    {
        await using SpecLibrary library = Library();
        library.Put("orders.yaml", Orders, "ann", "", null);
        Time.Advance(TimeSpan.FromMinutes(1));
        SpecVersion second = library.Put("orders.yaml", Orders + "\n# more", "bob", "more", 1);
        Assert.Equal(second, library.Put("orders.yaml", Orders + "\n# more", "carl", "the same", null));
        Assert.True(library.Remove("orders.yaml", "dora"));
        Assert.False(library.Remove("orders.yaml", "dora"));
        Assert.Empty(library.Documents);
        Assert.Equal(4, library.Put("orders.yaml", Orders, "ed", "back", 0).Version);
        Assert.Equal(
            [(4, "ed", false), (3, "dora", true), (2, "bob", false), (1, "ann", false)],
            library.Versions("orders.yaml").Select(static one => (one.Version, one.Author, one.IsRemoval)));
        Assert.Empty(library.Versions("nothing"));
    }

    [Fact]
    public async Task Who_did_not_see_the_newest_version_is_told_whose_it_is()
    {
        await using SpecLibrary library = Library();
        library.Put("orders.yaml", Orders, "ann", "", 0);
        library.Put("orders.yaml", Orders + "\n# by bob", "bob", "", 1);
        CatalogException e = Assert.Throws<CatalogException>(
            () => library.Put("orders.yaml", Orders + "\n# by carl", "carl", "", 1));
        Assert.Equal(CatalogError.Conflict, e.Error);
        Assert.StartsWith("document orders.yaml is at version 2 by bob", e.Message, StringComparison.Ordinal);
        Assert.Throws<CatalogException>(() => library.Put("other.yaml", LinkToOrders, "carl", "", 7));
        Assert.Throws<CatalogException>(() => library.Put("orders.yaml", LinkToOrders, "carl", "", 0));
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_with_its_places_and_nothing_changes()
    {
        await using SpecLibrary library = Library();
        library.Put("orders.yaml", Orders, "ann", "", null);
        const string bad = "version: 1\nfunctoins: []\nlimits: { string_bytes: many }\n";
        SpecRejectedException e = Assert.Throws<SpecRejectedException>(
            () => library.Put("bad.yaml", bad, "bob", "", null));
        Assert.Equal([("bad.yaml", 2), ("bad.yaml", 3)], e.Problems.Select(static one => (one.At.File, one.At.Line)));
        Assert.Equal(e.Problems, library.Check("bad.yaml", bad));
        ImmutableArray<SpecProblem> clash = library.Check("second.yaml", SameTable);
        Assert.Contains(clash, static one => one.Message.Contains("orders.yaml:", StringComparison.Ordinal));
        Assert.Throws<SpecRejectedException>(() => library.Put("second.yaml", SameTable, "bob", "", null));
        Assert.Equal("orders.yaml", Assert.Single(library.Documents).Name);
        Assert.Empty(library.Versions("second.yaml"));
    }

    [Fact]
    public async Task What_others_need_is_not_removed()
    {
        await using SpecLibrary library = Library();
        Assert.NotEmpty(library.Check("payments.yaml", LinkToOrders));
        library.Put("orders.yaml", Orders, "ann", "", null);
        library.Put("payments.yaml", LinkToOrders, "ann", "", null);
        SpecRejectedException e = Assert.Throws<SpecRejectedException>(() => library.Remove("orders.yaml", "ann"));
        Assert.Equal("payments.yaml", e.Problems[0].At.File);
        Assert.Equal(2, library.Documents.Count);
        Assert.True(library.Remove("payments.yaml", "ann"));
        Assert.True(library.Remove("orders.yaml", "ann"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("nul\0")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234x")]
    public async Task What_is_no_name_is_refused(string name)
    {
        await using SpecLibrary library = Library();
        Assert.Equal(CatalogError.Invalid,
            Assert.Throws<CatalogException>(() => library.Put(name, Orders, "ann", "", null)).Error);
        Assert.Empty(library.Versions(name));
        Assert.False(library.Remove(name, "ann"));
        Assert.Empty(library.Check(name, Orders));
    }

    [Fact]
    public async Task Documents_characters_and_versions_have_limits()
    {
        SpecLibraryLimits limits = new()
        {
            DocumentsMax = 2, VersionsMax = 2, RemovedMax = 1, DocumentCharactersMax = 200, CharactersMax = 250,
        };
        await using SpecLibrary library = Library(new SpecLibraryOptions { Limits = limits });
        string empty = "version: 1\n";
        for (int i = 0; i < 5; i++)
            library.Put("a", $"{empty}# {i}", "ann", "", null);
        Assert.Equal([5, 4], library.Versions("a").Select(static one => one.Version));
        library.Put("b", empty, "ann", "", null);
        Assert.Contains("2 is the limit", Assert.Throws<SpecRejectedException>(
            () => library.Put("c", empty, "ann", "", null)).Message, StringComparison.Ordinal);
        Assert.Contains("200 is the limit", Assert.Throws<SpecRejectedException>(
            () => library.Put("b", empty + new string('#', 200), "ann", "", null)).Message, StringComparison.Ordinal);
        library.Put("a", empty + new string('#', 180), "ann", "", null);
        Assert.Contains("250 is the limit", Assert.Throws<SpecRejectedException>(
            () => library.Put("b", empty + new string('#', 180), "ann", "", null)).Message, StringComparison.Ordinal);
        library.Remove("a", "ann");
        Time.Advance(TimeSpan.FromSeconds(1));
        library.Remove("b", "ann");
        Assert.Empty(library.Versions("a"));
        Assert.NotEmpty(library.Versions("b"));
        Assert.Throws<CatalogException>(() => library.Put("d", empty, new string('a', 201), "", null));
        Assert.Throws<CatalogException>(() => library.Put("d", empty, "ann", new string('c', 2001), null));
    }

    [Fact]
    public async Task Documents_that_no_longer_go_together_do_not_stop_the_start_and_come_back_when_they_do()
    {
        await using (SpecLibrary library = Library(new SpecLibraryOptions { WithPacks = false }))
        {
            library.Put("a.yaml", "version: 1\n", "ann", "", null);
            library.Put("z.yaml", Orders, "ann", "", null);
        }
        string file = Path.Combine(Directory.CreateDirectory(File("specs")).FullName, "b.yaml");
        await System.IO.File.WriteAllTextAsync(file, SameTable, Stop);
        await using SpecLibrary again = Library(new SpecLibraryOptions { WithPacks = false, Files = [File("specs")] });
        Assert.Equal(["a.yaml", "b.yaml"], again.Documents.Select(static one => one.Name));
        Assert.Equal("z.yaml", Assert.Single(again.Problems).At.File);
        System.IO.File.Delete(file);
        await UntilAsync(() => Later(() => again.Documents.Count == 2 && again.Problems.IsEmpty));
        Assert.Equal(["a.yaml", "z.yaml"], again.Documents.Select(static one => one.Name));
    }

    [Fact]
    public async Task Files_are_in_force_too_and_cannot_be_changed_here()
    {
        string file = File("shop orders.yaml");
        await System.IO.File.WriteAllTextAsync(file, Orders, Stop);
        await using SpecLibrary library = Library(new SpecLibraryOptions { Files = [file] });
        SpecVersion document = Assert.Single(library.Documents);
        Assert.Equal(("shop-orders.yaml", 1, $"file {file}"), (document.Name, document.Version, document.Author));
        Assert.Equal([document], library.Versions("shop-orders.yaml"));
        CatalogException e = Assert.Throws<CatalogException>(
            () => library.Put("shop-orders.yaml", Orders, "ann", "", null));
        Assert.Equal((CatalogError.Conflict, true), (e.Error, e.Message.Contains(file, StringComparison.Ordinal)));
        Assert.Throws<CatalogException>(() => library.Remove("shop-orders.yaml", "ann"));
        library.Put("payments.yaml", LinkToOrders, "ann", "", null);
    }

    [Fact]
    public async Task A_folder_is_read_again_when_it_changes_and_an_error_keeps_the_last_good_text()
    {
        string folder = Directory.CreateDirectory(File("specs")).FullName;
        await using SpecLibrary library = Library(new SpecLibraryOptions { Files = [folder] });
        int changes = 0;
        library.Changed += () => Interlocked.Increment(ref changes);
        string file = Path.Combine(folder, "orders.yaml");
        await System.IO.File.WriteAllTextAsync(file, Orders, Stop);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "notes.txt"), "not a spec", Stop);
        await UntilAsync(() => Later(() => changes == 1));
        Assert.Equal("orders.yaml", Assert.Single(library.Documents).Name);
        await System.IO.File.WriteAllTextAsync(file, "version: 1\nfunctions: 7\n", Stop);
        await UntilAsync(() => Later(() => library.Problems.Length == 1));
        Assert.Equal(("orders.yaml", 2), (library.Problems[0].At.File, library.Problems[0].At.Line));
        Assert.Equal(Orders, library.Current.Documents[0].Yaml);
        await System.IO.File.WriteAllTextAsync(file, Orders + "\n# better", Stop);
        await UntilAsync(() => Later(() => changes == 2 && library.Problems.IsEmpty));
        Assert.Equal(2, library.Documents[0].Version);
        library.Put("payments.yaml", LinkToOrders, "ann", "", null);
        System.IO.File.Delete(file);
        await UntilAsync(() => Later(() => library.Problems.Length == 1));
        Assert.Equal("payments.yaml", library.Problems[0].At.File);
        Assert.Equal(2, library.Documents.Count);
        library.Remove("payments.yaml", "ann");
        await UntilAsync(() => Later(() => library.Documents.Count == 0 && library.Problems.IsEmpty));
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_bad_at_the_start_is_a_problem_and_no_more()
    {
        await System.IO.File.WriteAllTextAsync(File("bad.yaml"), "version: 2\n", Stop);
        await using SpecLibrary library = Library(
            new SpecLibraryOptions { Files = [File("bad.yaml"), File("absent.yaml")] });
        Assert.Equal(["bad.yaml", "absent.yaml"], library.Problems.Select(static one => one.At.File));
        Assert.NotEmpty(library.Current.Merged.Functions);
    }

    [Fact]
    public async Task Many_threads_write_documents_side_by_side()
    {
        await using SpecLibrary library = Library(new SpecLibraryOptions { WithPacks = false });
        await Task.WhenAll(Enumerable.Range(0, 6).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 8; i++)
                library.Put($"d{thread % 3}", $"version: 1\n# {thread} {i}", $"t{thread}", "", null);
        }, Stop)));
        Assert.All(["d0", "d1", "d2"], name => Assert.Equal(
            Enumerable.Range(1, 16).Reverse(), library.Versions(name).Select(static one => one.Version)));
        Assert.Equal(library.Documents, library.Documents.Select(one => library.Versions(one.Name)[0]));
    }

    private SpecLibrary Library(SpecLibraryOptions? options = null) =>
        SpecLibrary.Open(Database, options ?? new SpecLibraryOptions(), Time, NullLogger<SpecLibrary>.Instance);

    private bool Later(Func<bool> condition)
    {
        if (condition())
            return true;
        Time.Advance(TimeSpan.FromSeconds(6));
        return false;
    }
}
