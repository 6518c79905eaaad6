using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Queries;
using SideEye.Protocol.ControlPlane;
using SideEye.Store.Tests;

namespace SideEye.ControlPlane.Tests;

public sealed class Snapshots_on_the_shelf : CatalogFixture
{
    [Fact]
    public void A_snapshot_is_listed_with_all_that_is_known_of_it_also_after_a_restart()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot added = Add(shelf, Start, "shop", "eu");
        Assert.Equal((3, 111L, TimeSpan.FromMilliseconds(3)), (added.Processes, added.Goroutines, added.PauseMax));
        Assert.Equal(added, shelf.Find(added.SnapshotId));
        KeptSnapshot? pinned = shelf.Pin(added.SnapshotId, isPinned: true);
        Close();
        Assert.Equal(added with { IsPinned = true }, pinned);
        Assert.Equal(pinned, Shelf().Find(added.SnapshotId));
    }

    [Fact]
    public void The_newest_is_that_of_the_very_program_and_environment()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot old = Add(shelf, Start, "shop", "eu");
        KeptSnapshot newer = Add(shelf, Start.AddMinutes(2), "shop", "eu");
        KeptSnapshot all = Add(shelf, Start.AddMinutes(1));
        Add(shelf, Start.AddMinutes(3), "shop", "us");
        Assert.Equal(newer, shelf.Newest("shop", "eu", null));
        Assert.Equal(all, shelf.Newest(null, null, null));
        Assert.Null(shelf.Newest("shop", null, null));
        Assert.Equal(old, shelf.Newest("shop", "eu", Start));
        Assert.Null(shelf.Newest("shop", "eu", Start.AddTicks(-10)));
    }

    [Fact]
    public void A_time_range_gives_the_newest_of_any_program_oldest_first()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot[] added = [.. Enumerable.Range(0, 6)
            .Select(i => Add(shelf, Start.AddMinutes(5 - i), i % 2 == 0 ? "shop" : "depot"))];
        Assert.Equal(
            [added[3], added[2], added[1]], shelf.Between(null, null, Start, Start.AddMinutes(4), 3));
        Assert.Equal([added[4], added[2]], shelf.Between("shop", null, Start, Start.AddMinutes(4), 10));
        Assert.Empty(shelf.Between("shop", "eu", Start, Start.AddMinutes(4), 10));
        Assert.Empty(shelf.Between(null, null, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, -1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("0123456789abcdef0123456789abcde/")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("0123456789abcdef0123456789abcde\0")]
    [InlineData("0123456789abcdef0123456789abcdef0")]
    public void What_is_no_id_has_no_path(string id)
    {
        SnapshotShelf shelf = Shelf();
        Assert.Throws<ArgumentException>(() => shelf.PathFor(id));
        Assert.Null(shelf.Find(id));
        Assert.False(shelf.Remove(id));
        Assert.Null(shelf.Pin(id, isPinned: true));
    }

    [Fact]
    public void Without_its_file_a_snapshot_is_not_there_and_the_next_start_forgets_it()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot older = Add(shelf, Start);
        KeptSnapshot gone = Add(shelf, Start.AddMinutes(1));
        System.IO.File.Delete(gone.Path);
        Assert.Null(shelf.Find(gone.SnapshotId));
        Assert.Equal(older, shelf.Newest(null, null, null));
        Assert.Equal([older], shelf.Between(null, null, Start, Start.AddDays(1), 10));
        Close();
        SnapshotShelf again = Shelf();
        System.IO.File.WriteAllText(gone.Path, "back");
        Assert.Null(again.Find(gone.SnapshotId));
        Assert.Throws<CatalogException>(() => again.Add(Order(NewId()), Taken(NewId(), Start)));
    }

    [Fact]
    public void What_a_crash_left_half_written_is_removed_and_never_listed()
    {
        string id = NewId();
        string folder = SnapshotFolder();
        string[] mine =
        [
            $"{id}.duckdb.partial", $"{id}.duckdb.partial.wal", $"{id}.duckdb.blank", $"{id}.duckdb.blank.partial",
        ];
        string[] others = ["notes.txt", "notes.duckdb", "notes.duckdb.partial"];
        foreach (string name in mine.Concat(others))
            System.IO.File.WriteAllText(Path.Combine(folder, name), "x");
        SnapshotShelf shelf = Shelf();
        Assert.Empty(shelf.Between(null, null, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, 10));
        Assert.Equal(others.Order(), Directory.GetFiles(folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_complete_file_that_the_catalog_does_not_know_is_listed_from_what_is_in_it()
    {
        string id = NewId();
        new SnapshotBuilder()
            .Row("snapshots", ("snapshot_id", id), ("captured_at", SnapshotBuilder.CapturedAt), ("program", "shop"),
                ("requested_by", "ann"), ("duration_ns", 41_000_000L), ("spec_hash", "abc"), ("truncated", true))
            .Process(1, "checkout", 1, ("goroutine_count", 5)).Process(2, "stock", 2, ("goroutine_count", 6))
            .Row("processes", ("process_id", 3), ("error", "not there"))
            .Write(Path.Combine(SnapshotFolder(), id + ".duckdb"));
        KeptSnapshot? found = Shelf().Find(id);
        Assert.NotNull(found);
        Assert.Equal(
            (SnapshotBuilder.CapturedAt, "shop", null, "ann", "abc"),
            (found.CapturedAt, found.Program, found.Environment, found.RequestedBy, found.SpecHash));
        Assert.Equal((2, 11L, true), (found.Processes, found.Goroutines, found.IsTruncated));
        Assert.Equal(TimeSpan.FromMicroseconds(812), found.PauseMax);
        Close();
        Assert.Equal(found, Shelf().Find(id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is no database, whatever its name says")]
    public void A_file_that_nobody_can_read_is_put_aside(string content)
    {
        string id = NewId();
        string path = Path.Combine(SnapshotFolder(), id + ".duckdb");
        System.IO.File.WriteAllText(path, content);
        Assert.Null(Shelf().Find(id));
        Assert.Equal([path + ".unreadable"], Directory.GetFiles(SnapshotFolder()));
    }

    [Fact]
    public void Removing_takes_the_file_along_and_tells_others()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot one = Add(shelf, Start);
        List<KeptSnapshot> told = [];
        shelf.Removed += told.Add;
        Assert.True(shelf.Remove(one.SnapshotId));
        Assert.False(System.IO.File.Exists(one.Path));
        Assert.Equal([one], told);
        Assert.False(shelf.Remove(one.SnapshotId));
        Close();
        Assert.Null(Shelf().Find(one.SnapshotId));
    }

    [Fact]
    public async Task A_query_outlives_the_removal_of_its_file_which_then_does_not_stay_open()
    {
        string id = NewId();
        SnapshotShelf shelf = Shelf();
        new SnapshotBuilder().Snapshot(id).Process(1, "checkout", 1).Write(shelf.PathFor(id));
        KeptSnapshot one = shelf.Add(Order(id), Taken(id, Start));
        using QueryRunner runner = new(QueryRunnerLimits.Default);
        shelf.Removed += gone => runner.Forget(gone.Path);
        QuerySubject subject = new() { Snapshot = one.Reference };
        QueryRequest request = new() { Kind = QueryKind.Sql, Sql = "SELECT friendly_name FROM processes" };
        await QueryAnswer.Of(runner, request, subject);
        Assert.Contains(one.Path, OpenFiles());
        shelf.Remove(id);
        Assert.DoesNotContain(OpenFiles(), file => file.StartsWith(one.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_threads_add_find_pin_and_remove_side_by_side()
    {
        SnapshotShelf shelf = Shelf();
        int told = 0;
        shelf.Added += _ => Interlocked.Increment(ref told);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 12; i++)
            {
                KeptSnapshot one = Add(shelf, Start.AddSeconds((thread * 12) + i), $"p{thread}");
                Assert.Equal(one.SnapshotId, shelf.Newest($"p{thread}", null, null)?.SnapshotId);
                Assert.NotNull(shelf.Pin(one.SnapshotId, isPinned: i % 2 == 0));
                if (i % 3 == 0)
                    Assert.True(shelf.Remove(one.SnapshotId));
            }
        }, Stop)));
        Assert.Equal(96, told);
        IReadOnlyList<KeptSnapshot> before = shelf.Between(null, null, Start, Start.AddDays(1), 1000);
        Assert.Equal(64, before.Count);
        Assert.Equal(before.OrderBy(static one => one.CapturedAt), before);
        Close();
        Assert.Equal(before, Shelf().Between(null, null, Start, Start.AddDays(1), 1000));
    }

    [Fact]
    public void A_snapshot_of_chosen_processes_is_not_the_newest_of_its_program_also_after_a_restart()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot whole = Add(shelf, Start, "shop");
        string id = NewId();
        System.IO.File.WriteAllText(shelf.PathFor(id), "not read here");
        KeptSnapshot part = shelf.Add(
            Order(id, "shop") with { ProcessKeys = ["4711@1"] }, Taken(id, Start.AddHours(1)));
        Assert.True(part.IsPart);
        Assert.Equal(whole, shelf.Newest("shop", null, null));
        Close();
        shelf = Shelf();
        Assert.Equal(whole, shelf.Newest("shop", null, null));
        Assert.Equal(part, shelf.Find(id));
    }

    private static List<string> OpenFiles() => Directory.GetFiles("/proc/self/fd")
        .Select(static link => new FileInfo(link).LinkTarget ?? "").ToList();
}
