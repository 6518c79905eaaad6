using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Catalog;

namespace SideEye.ControlPlane.Tests;

public sealed class Retention_of_snapshots : CatalogFixture
{
    private static readonly RetentionLimits Off = new() { AgeMax = null, CountMax = null, BytesMax = null };

    [Fact]
    public async Task Those_that_grow_too_old_go_by_themselves()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot old = Add(shelf, Start);
        KeptSnapshot young = Add(shelf, Start.AddDays(10));
        KeptSnapshot newest = Add(shelf, Start.AddDays(11));
        Time.Advance(TimeSpan.FromHours(4));
        await using Retention retention = Begin(shelf, Off with { AgeMax = TimeSpan.FromHours(5) });
        Assert.Equal([old, young, newest], Kept(shelf));
        await UntilAsync(() => Later(shelf, 2));
        Assert.Equal([young, newest], Kept(shelf));
        Assert.False(System.IO.File.Exists(old.Path));
    }

    [Fact]
    public async Task One_too_many_makes_the_oldest_go_at_once()
    {
        SnapshotShelf shelf = Shelf();
        await using Retention retention = Begin(shelf, Off with { CountMax = 2 });
        KeptSnapshot[] added = [.. Enumerable.Range(0, 4).Select(i => Add(shelf, Start.AddMinutes(i)))];
        Assert.Equal(added[2..], Kept(shelf));
    }

    [Fact]
    public async Task Too_many_bytes_make_the_oldest_go_and_pinned_ones_count()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot pinned = Add(shelf, Start, bytes: 500);
        shelf.Pin(pinned.SnapshotId, isPinned: true);
        await using Retention retention = Begin(shelf, Off with { BytesMax = 1000 });
        KeptSnapshot[] added = [.. Enumerable.Range(1, 4).Select(i => Add(shelf, Start.AddMinutes(i), bytes: 200))];
        Assert.Equal([pinned with { IsPinned = true }, .. added[2..]], Kept(shelf));
    }

    [Fact]
    public async Task The_newest_of_each_program_and_environment_and_the_pinned_stay_whatever_the_limits()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot pinned = shelf.Pin(Add(shelf, Start, "shop").SnapshotId, isPinned: true)!;
        Add(shelf, Start.AddMinutes(1), "shop");
        KeptSnapshot shop = Add(shelf, Start.AddMinutes(2), "shop");
        KeptSnapshot europe = Add(shelf, Start.AddMinutes(3), "shop", "eu");
        Time.Advance(TimeSpan.FromDays(1000));
        await using Retention retention = Begin(
            shelf, new RetentionLimits { AgeMax = TimeSpan.Zero, CountMax = 0, BytesMax = 0 });
        await UntilAsync(() => Kept(shelf).Count == 3);
        KeptSnapshot all = Add(shelf, Start.AddMinutes(4));
        Assert.Equal([pinned, shop, europe, all], Kept(shelf));
    }

    [Fact]
    public async Task A_pin_that_is_taken_back_gives_the_snapshot_to_retention()
    {
        SnapshotShelf shelf = Shelf();
        KeptSnapshot one = Add(shelf, Start);
        shelf.Pin(one.SnapshotId, isPinned: true);
        await using Retention retention = Begin(shelf, Off with { CountMax = 1 });
        Add(shelf, Start.AddMinutes(1));
        Assert.Equal(2, Kept(shelf).Count);
        shelf.Pin(one.SnapshotId, isPinned: false);
        await UntilAsync(() => Later(shelf, 1));
    }

    [Fact]
    public async Task Without_limits_all_stay()
    {
        SnapshotShelf shelf = Shelf();
        await using Retention retention = Begin(shelf, Off);
        for (int i = 0; i < 5; i++)
            Add(shelf, Start.AddYears(-i), bytes: long.MaxValue / 10);
        Time.Advance(TimeSpan.FromDays(10_000));
        Assert.Equal(5, Kept(shelf).Count);
    }

    private Retention Begin(SnapshotShelf shelf, RetentionLimits limits) =>
        Retention.Start(shelf, limits, Time, NullLogger<Retention>.Instance);

    private static IReadOnlyList<KeptSnapshot> Kept(SnapshotShelf shelf) =>
        shelf.Between(null, null, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, 1000);

    /// <summary>Lets time go on until there are so many; the loop may not wait yet when it first does.</summary>
    private bool Later(SnapshotShelf shelf, int count)
    {
        if (Kept(shelf).Count == count)
            return true;
        Time.Advance(TimeSpan.FromMinutes(10));
        return false;
    }
}
