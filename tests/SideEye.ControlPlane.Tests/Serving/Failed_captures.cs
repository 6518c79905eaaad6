using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Tests.Serving;

public sealed class Failed_captures : DeskFixture
{
    [Fact]
    public async Task Without_an_older_snapshot_the_reason_is_the_error()
    {
        FailCaptures("no agents are configured");
        CaptureException failure = await Assert.ThrowsAsync<CaptureException>(() => AskAsync());
        Assert.Equal("no agents are configured", failure.Message);
        AuditEntry entry = Assert.Single(Catalog.Entries);
        Assert.Equal(("ann", "capture", "no agents are configured"), (entry.Who, entry.Action, entry.Outcome));
        Assert.EndsWith("of program shop", entry.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_capture_is_not_tried_again_at_once_and_each_failure_lengthens_the_rest()
    {
        FailCaptures("nothing was captured");
        List<int> tries = [];
        for (int second = 0; second < 120; second++)
        {
            await Assert.ThrowsAsync<CaptureException>(() => AskAsync());
            tries.Add(Taker.Orders.Count);
            Later(1);
        }
        Assert.Equal(1, tries[2]);
        Assert.Equal(2, tries[3]);
        Assert.Equal(2, tries[8]);
        Assert.InRange(tries[^1], 5, 7);
    }

    [Fact]
    public async Task The_older_snapshot_says_its_age_and_the_reason()
    {
        KeptSnapshot old = await TakenAsync();
        Later(60);
        FailCaptures("host-a cannot be reached");
        foreach (int _ in Enumerable.Range(0, 2))
        {
            HandedSnapshot handed = await AskAsync();
            Assert.Equal(old, handed.Snapshot);
            Notice notice = Assert.Single(handed.Notices);
            Assert.Equal("stale", notice.Kind);
            Assert.Equal("This snapshot is 60 s old: the last capture failed: host-a cannot be reached.", notice.Text);
        }
        Assert.Equal(2, Taker.Orders.Count);
    }

    [Fact]
    public async Task A_used_up_pause_budget_has_a_notice_of_its_own_kind()
    {
        await TakenAsync();
        Later(60);
        FailCaptures("nothing was captured: the pause budget is used up: 99 ms; wait 12 s");
        Assert.Equal("budget", Assert.Single((await AskAsync()).Notices).Kind);
    }

    [Fact]
    public async Task After_a_success_failures_are_forgotten()
    {
        FailCaptures("nothing was captured");
        await Assert.ThrowsAsync<CaptureException>(() => AskAsync());
        Taker.OnTake = static (_, _) => Task.CompletedTask;
        Later(3);
        Assert.Empty((await AskAsync()).Notices);
    }

    [Fact]
    public async Task An_alert_rule_gets_an_error_rather_than_what_is_too_old()
    {
        await TakenAsync();
        Later(60);
        FailCaptures("host-a cannot be reached");
        CaptureException failure = await Assert.ThrowsAsync<CaptureException>(() => AskAsync(origin: Origin.Alert));
        Assert.Equal(CaptureError.TooOld, failure.Error);
        Assert.Equal("the newest snapshot of program shop is 60 s old, and an alert rule takes none older than 20 s: "
            + "host-a cannot be reached", failure.Message);
    }

    [Fact]
    public async Task An_alert_rule_waits_longer_than_a_panel_and_then_fails()
    {
        await TakenAsync();
        Later(60);
        TaskCompletionSource held = HoldCaptures();
        Task<HandedSnapshot> alert = AskAsync(origin: Origin.Alert, wait: 1);
        Task<HandedSnapshot> panel = AskAsync(wait: 1);
        await UntilAsync(() => Counts.Waiting == 2);
        Later(1.1);
        Assert.Equal("stale", Assert.Single((await panel).Notices).Kind);
        Later(18);
        Assert.False(alert.IsCompleted);
        Later(1);
        CaptureException failure = await Assert.ThrowsAsync<CaptureException>(() => alert);
        Assert.Equal(CaptureError.TooOld, failure.Error);
        held.SetResult();
    }

    [Fact]
    public async Task An_alert_rule_shares_captures_with_panels_and_may_use_what_is_a_little_too_old()
    {
        KeptSnapshot taken = await TakenAsync();
        Assert.Equal(taken, (await AskAsync(origin: Origin.Alert)).Snapshot);
        Later(15);
        FailCaptures("host-a cannot be reached");
        HandedSnapshot handed = await AskAsync(origin: Origin.Alert);
        Assert.Equal(taken, handed.Snapshot);
        Assert.Equal("stale", Assert.Single(handed.Notices).Kind);
    }

    [Fact]
    public async Task A_snapshot_by_hand_is_taken_whatever_there_is_and_its_failure_is_nobody_elses()
    {
        await TakenAsync();
        KeptSnapshot byHand = await Desk.TakeAsync(
            new ManualOrder { RequestedBy = "bob", Program = "shop", PauseMax = TimeSpan.FromMilliseconds(5) }, Stop);
        Assert.Equal(("bob", TimeSpan.FromMilliseconds(5)), (byHand.RequestedBy, Taker.Orders.Last().PauseMax));
        FailCaptures("nothing was captured");
        await Assert.ThrowsAsync<CaptureException>(
            () => Desk.TakeAsync(new ManualOrder { RequestedBy = "bob", Program = "shop" }, Stop));
        Taker.OnTake = static (_, _) => Task.CompletedTask;
        Later(60);
        Assert.Empty((await AskAsync()).Notices);
        Assert.Equal(4, Catalog.Entries.Count);
    }

    [Fact]
    public async Task Too_many_captures_at_once_are_refused()
    {
        TaskCompletionSource held = HoldCaptures();
        int most = Limits.CapturesMax + Limits.CapturesWaitingMax;
        Task<KeptSnapshot>[] orders = [.. Enumerable.Range(0, most + 1).Select(
            i => Desk.TakeAsync(new ManualOrder { RequestedBy = "bob", Program = $"p{i}" }, Stop))];
        await UntilAsync(() => Taker.Orders.Count == Limits.CapturesMax);
        Assert.Equal(CaptureError.TooMany, (await Assert.ThrowsAsync<CaptureException>(() => orders[^1])).Error);
        held.SetResult();
        await Task.WhenAll(orders.SkipLast(1));
        Assert.Equal(Limits.CapturesMax, Taker.RunningMost);
    }
}
