using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Tests.Serving;

public sealed class Fresh_snapshots : DeskFixture
{
    [Fact]
    public async Task A_storm_of_requests_takes_one_snapshot()
    {
        TaskCompletionSource held = HoldCaptures();
        Task<HandedSnapshot>[] storm = [.. Enumerable.Range(0, 200).Select(_ => Task.Run(() => AskAsync(maxAge: 1)))];
        await UntilAsync(() => Counts.Waiting == 200);
        held.SetResult();
        HandedSnapshot[] handed = await Task.WhenAll(storm);
        Assert.Single(handed.Select(static one => one.Snapshot.SnapshotId).Distinct());
        Assert.Single(Taker.Orders);
        Assert.Equal(0, Counts.Waiting);
        Assert.Single(Catalog.Entries);
        Assert.True(Guid.TryParseExact(handed[0].Snapshot.SnapshotId, "N", out Guid id));
        Assert.Equal(7, id.Version);
    }

    [Fact]
    public async Task A_snapshot_that_is_young_enough_is_not_taken_again()
    {
        KeptSnapshot first = await TakenAsync();
        Later(9.9);
        Assert.Equal(first, (await AskAsync()).Snapshot);
        Later(0.2);
        Assert.NotEqual(first, (await AskAsync()).Snapshot);
        Assert.Equal(2, Taker.Orders.Count);
    }

    [Fact]
    public async Task A_query_that_does_not_say_gets_what_is_at_most_ten_seconds_old()
    {
        KeptSnapshot first = await TakenAsync();
        Later(10);
        Assert.Equal(first, (await Desk.FindAsync(Wish(null), Stop)).Snapshot);
        Later(0.1);
        Assert.NotEqual(first, (await Desk.FindAsync(Wish(null), Stop)).Snapshot);
    }

    [Fact]
    public async Task Viewers_who_refresh_every_second_cause_a_snapshot_every_other_second()
    {
        for (int second = 0; second < 60; second++)
        {
            for (int viewer = 0; viewer < 20; viewer++)
                await AskAsync(maxAge: 0.001);
            Later(1);
        }
        Assert.InRange(Taker.Orders.Count, 20, 30);
    }

    [Fact]
    public async Task Slow_captures_do_not_follow_each_other_without_a_rest()
    {
        Taker.OnTake = (_, _) =>
        {
            Later(8);
            return Task.CompletedTask;
        };
        KeptSnapshot first = (await AskAsync(maxAge: 2)).Snapshot;
        Taker.OnTake = static (_, _) => Task.CompletedTask;
        Later(3);
        HandedSnapshot second = await AskAsync(maxAge: 2);
        Assert.Equal(first, second.Snapshot);
        Notice notice = Assert.Single(second.Notices);
        Assert.Equal("stale", notice.Kind);
        Assert.Equal("This snapshot is 11 s old: the last capture has only just ended.", notice.Text);
        Later(6);
        Assert.NotEqual(first, (await AskAsync(maxAge: 2)).Snapshot);
    }

    [Fact]
    public async Task A_capture_that_is_too_slow_leaves_the_older_snapshot_and_is_there_for_the_next_refresh()
    {
        KeptSnapshot old = await TakenAsync();
        Later(30);
        TaskCompletionSource held = HoldCaptures();
        Task<HandedSnapshot> asking = AskAsync();
        await UntilAsync(() => Counts.Waiting == 1);
        Later(4.9);
        Assert.False(asking.IsCompleted);
        Later(0.2);
        HandedSnapshot stale = await asking;
        Assert.Equal(old, stale.Snapshot);
        Notice notice = Assert.Single(stale.Notices);
        Assert.Equal("stale", notice.Kind);
        Assert.Equal("This snapshot is 35 s old: the capture takes longer than 5.0 s, and is there for the next "
            + "refresh.", notice.Text);
        held.SetResult();
        await UntilAsync(() => Shelf.Newest("shop", null, null) != old);
        HandedSnapshot next = await AskAsync();
        Assert.NotEqual(old, next.Snapshot);
        Assert.Empty(next.Notices);
        Assert.Equal(2, Taker.Orders.Count);
    }

    [Fact]
    public async Task A_query_says_itself_how_long_it_waits_and_never_longer_than_a_minute()
    {
        await TakenAsync();
        Later(100);
        HoldCaptures();
        Task<HandedSnapshot> brief = AskAsync(wait: 1);
        Task<HandedSnapshot> patient = AskAsync(wait: 1000);
        await UntilAsync(() => Counts.Waiting == 2);
        Later(1.1);
        Assert.Equal("stale", Assert.Single((await brief).Notices).Kind);
        Later(50);
        Assert.False(patient.IsCompleted);
        Later(10);
        Assert.Equal("stale", Assert.Single((await patient).Notices).Kind);
    }

    [Fact]
    public async Task Without_any_snapshot_the_first_is_waited_for()
    {
        TaskCompletionSource held = HoldCaptures();
        Task<HandedSnapshot> asking = AskAsync(wait: 1);
        await UntilAsync(() => Counts.Waiting == 1);
        Later(60);
        Assert.False(asking.IsCompleted);
        held.SetResult();
        Assert.Equal("shop", (await asking).Snapshot.Program);
    }

    [Fact]
    public async Task Who_goes_away_does_not_end_the_capture_that_others_wait_for()
    {
        TaskCompletionSource held = HoldCaptures();
        using CancellationTokenSource gone = new();
        Task<HandedSnapshot> leaving = AskAsync(stop: gone.Token);
        Task<HandedSnapshot> staying = AskAsync();
        await UntilAsync(() => Counts.Waiting == 2);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        held.SetResult();
        Assert.NotNull((await staying).Snapshot);
        Assert.Single(Taker.Orders);
    }

    [Fact]
    public async Task When_all_have_gone_the_capture_is_there_for_the_next_refresh()
    {
        TaskCompletionSource held = HoldCaptures();
        using CancellationTokenSource gone = new();
        Task<HandedSnapshot> leaving = AskAsync(stop: gone.Token);
        await UntilAsync(() => Counts.Waiting == 1);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        held.SetResult();
        await UntilAsync(() => Shelf.Newest("shop", null, null) is not null);
        await AskAsync();
        Assert.Single(Taker.Orders);
    }

    [Fact]
    public async Task Programs_are_captured_at_once_and_what_they_share_one_after_the_other()
    {
        TaskCompletionSource held = HoldCaptures();
        Task<HandedSnapshot> shop = AskAsync(program: "shop");
        Task<HandedSnapshot> cart = AskAsync(program: "cart");
        await UntilAsync(() => Taker.Orders.Count == 2);
        Task<HandedSnapshot> all = AskAsync(program: null);
        await UntilAsync(() => Counts.Running == 3);
        Task<KeptSnapshot> byHand = Desk.TakeAsync(new ManualOrder { RequestedBy = "bob", Program = "cart" }, Stop);
        await UntilAsync(() => Counts.Running == 4);
        Assert.Equal(2, Taker.Orders.Count);
        held.SetResult();
        await Task.WhenAll(shop, cart, all, byHand);
        Assert.Equal(2, Taker.RunningMost);
        Assert.Equal(4, Taker.Orders.Count);
        Assert.Null(Taker.Orders.ElementAt(2).Program);
    }

    [Fact]
    public async Task A_program_is_not_answered_by_a_snapshot_of_all()
    {
        await AskAsync(program: null);
        Assert.Equal("shop", (await AskAsync(program: "shop")).Snapshot.Program);
        Assert.Equal(2, Taker.Orders.Count);
    }

    [Fact]
    public async Task What_is_missing_or_cut_in_a_snapshot_is_said()
    {
        Taker.Error = "1 of 2 agents failed: host-b did not answer in time";
        Taker.IsTruncated = true;
        IReadOnlyList<Notice> notices = (await AskAsync()).Notices;
        Assert.Equal(["partial", "truncated"], notices.Select(static one => one.Kind));
        Assert.All(notices, static one => Assert.Equal("warning", one.Severity));
        Assert.Equal("Part of the snapshot is missing: 1 of 2 agents failed: host-b did not answer in time.",
            notices[0].Text);
    }

    [Fact]
    public async Task Snapshots_are_found_by_id_as_the_latest_and_as_of_a_time()
    {
        KeptSnapshot first = await TakenAsync();
        Later(3600);
        KeptSnapshot second = await TakenAsync();
        long between = (first.CapturedAt.AddMinutes(5) - DateTimeOffset.UnixEpoch).Ticks * 100;
        Assert.Equal(first, await FoundAsync(new SnapshotChoice { Id = first.SnapshotId }));
        Assert.Equal(second, await FoundAsync(new SnapshotChoice { Latest = true }));
        Assert.Equal(first, await FoundAsync(new SnapshotChoice { AsOfUnixNs = between }));
        Later(3600);
        Assert.Equal(second, await FoundAsync(new SnapshotChoice { Latest = true }));
        Assert.Equal(2, Taker.Orders.Count);
    }

    [Fact]
    public async Task What_is_not_there_is_said_and_not_taken()
    {
        foreach (SnapshotChoice choice in new SnapshotChoice[]
        {
            new() { Latest = true }, new() { AsOfUnixNs = 1 }, new() { Id = new string('a', 32) },
        })
        {
            CaptureException failure = await Assert.ThrowsAsync<CaptureException>(() => FoundAsync(choice));
            Assert.Equal(CaptureError.NoSuchSnapshot, failure.Error);
        }
        Assert.Empty(Taker.Orders);
    }

    private async Task<KeptSnapshot> FoundAsync(SnapshotChoice choice) =>
        (await Desk.FindAsync(Wish(choice), Stop)).Snapshot;
}
