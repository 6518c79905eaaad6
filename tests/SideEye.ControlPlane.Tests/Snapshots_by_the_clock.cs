using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;

namespace SideEye.ControlPlane.Tests;

public sealed class Snapshots_by_the_clock : CatalogFixture
{
    [Fact]
    public void A_schedule_is_kept_under_its_name_also_after_a_restart()
    {
        Schedules schedules = Schedules();
        int changes = 0;
        schedules.Changed += () => changes++;
        Schedule hourly = schedules.Put(One("hourly", "0 * * * *") with { Program = "shop", Environment = "eu" });
        schedules.Put(One("daily", "0 30 4 * * *") with { IsEnabled = false });
        schedules.NoteRun("hourly", Start, "snap-1");
        schedules.NoteRun("nobody", Start, "snap-1");
        Assert.Equal(2, changes);
        Close();
        schedules = Schedules();
        Assert.Equal(
            [
                One("daily", "0 30 4 * * *") with { IsEnabled = false },
                hourly with { LastRun = Start, LastResult = "snap-1" },
            ],
            schedules.All);
        Assert.Equal(Start, schedules.Put(hourly with { Cron = "5 * * * *" }).LastRun);
        Assert.True(schedules.Remove("daily"));
        Assert.False(schedules.Remove("daily"));
        Assert.Single(schedules.All);
    }

    [Theory]
    [InlineData("../x", "0 * * * *", "the name of a schedule")]
    [InlineData("a", "0 * * *", "it has minute, hour")]
    [InlineData("a", "often", "it has minute, hour")]
    [InlineData("a", "61 * * * *", "no cron expression")]
    [InlineData("a", "0 0 30 2 *", "no time at all")]
    [InlineData("a", "*/5 * * * * *", "nearer than 10 s")]
    [InlineData("a", "0,55 * * * * *", "nearer than 10 s")]
    [InlineData("a", "0,55 0,59 0,23 * * *", "nearer than 10 s")]
    public void What_is_no_schedule_is_refused_in_words(string name, string cron, string why)
    {
        CatalogException e = Assert.Throws<CatalogException>(() => Schedules().Put(One(name, cron)));
        Assert.Equal(CatalogError.Invalid, e.Error);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_an_end_to_how_many_schedules_there_may_be()
    {
        Schedules schedules = new(Database, new ScheduleLimits { SchedulesMax = 2 }, Time);
        schedules.Put(One("a", "0 * * * *"));
        schedules.Put(One("b", "0 * * * *"));
        schedules.Put(One("b", "1 * * * *"));
        Assert.Contains("2 schedules already", Assert.Throws<CatalogException>(
            () => schedules.Put(One("c", "0 * * * *"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_is_ordered_when_it_is_due_and_its_id_noted()
    {
        Schedules schedules = Schedules();
        schedules.Put(One("minutely", "* * * * *") with { Program = "shop", Environment = "eu" });
        Desk desk = new();
        await using Scheduler scheduler = Begin(schedules, desk);
        await UntilAsync(() => Later(() => desk.Orders.Count == 3, seconds: 5));
        ManualOrder order = desk.Orders.First();
        Assert.Equal(("schedule minutely", "shop", "eu"), (order.RequestedBy, order.Program, order.Environment));
        await UntilAsync(() => schedules.All[0].LastResult is not null);
        Assert.Equal(32, schedules.All[0].LastResult?.Length);
        Assert.Equal(0, schedules.All[0].LastRun?.Millisecond);
    }

    [Fact]
    public async Task The_shortest_interval_runs_each_time_however_late_each_run_begins()
    {
        Schedules schedules = Schedules();
        schedules.Put(One("often", "*/10 * * * * *"));
        Desk desk = new();
        await using Scheduler scheduler = Begin(schedules, desk);
        DateTimeOffset begun = Time.GetUtcNow();
        // Seen up to 2 s late, now more and now less: some runs begin less than 10 s behind those before.
        await UntilAsync(() => Later(() => desk.Orders.Count >= 12, seconds: 3));
        Assert.InRange(Time.GetUtcNow() - begun, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(200));
    }

    [Fact]
    public async Task A_run_that_goes_on_is_not_joined_by_another()
    {
        Schedules schedules = Schedules();
        schedules.Put(One("minutely", "* * * * *"));
        Desk desk = new() { Gate = new TaskCompletionSource() };
        await using Scheduler scheduler = Begin(schedules, desk);
        await UntilAsync(() => Later(() => desk.Orders.Count == 1, seconds: 5));
        for (int i = 0; i < 30; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(5, Stop);
        }
        schedules.Put(One("minutely", "* * * * *") with { Program = "shop" });
        await UntilAsync(() => schedules.All[0].Program == "shop");
        Assert.Equal((1, 1), (desk.Orders.Count, desk.MostAtOnce));
        desk.Gate.SetResult();
        await UntilAsync(() => Later(() => desk.Orders.Count == 3, seconds: 5));
        Assert.Equal("shop", desk.Orders.Last().Program);
        Assert.Equal(1, desk.MostAtOnce);
    }

    [Fact]
    public async Task A_schedule_that_goes_while_it_runs_and_comes_back_runs_again_when_that_run_is_over()
    {
        Schedules schedules = Schedules();
        Schedule minutely = schedules.Put(One("minutely", "* * * * *"));
        Desk desk = new() { Gate = new TaskCompletionSource() };
        await using Scheduler scheduler = Begin(schedules, desk);
        await UntilAsync(() => Later(() => desk.Orders.Count == 1, seconds: 5));
        schedules.Remove("minutely");
        for (int i = 0; i < 20; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(5, Stop);
        }
        schedules.Put(minutely);
        desk.Gate.SetResult();
        await UntilAsync(() => Later(() => desk.Orders.Count == 3, seconds: 5));
        Assert.Equal(1, desk.MostAtOnce);
    }

    [Fact]
    public async Task What_was_missed_is_not_caught_up()
    {
        Schedules schedules = Schedules();
        schedules.Put(One("hourly", "0 * * * *"));
        schedules.NoteRun("hourly", Start.AddHours(-10), "long ago");
        Desk desk = new();
        await using (Scheduler scheduler = Begin(schedules, desk))
        {
            // As when the machine slept: at ten past the hour somebody looks at the clock again.
            Time.AdjustTime(Start.AddMinutes(70));
            await UntilAsync(() => Later(() => Time.GetUtcNow() > Start.AddMinutes(110), seconds: 10));
            Assert.Empty(desk.Orders);
            await UntilAsync(() => Later(() => desk.Orders.Count == 1, seconds: 5));
        }
        Assert.Equal(Start.AddHours(2), schedules.All[0].LastRun!.Value, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Schedules_come_change_rest_and_go_while_others_wait()
    {
        Schedules schedules = Schedules();
        schedules.Put(One("rare", "0 0 1 1 *"));
        Desk desk = new();
        await using Scheduler scheduler = Begin(schedules, desk);
        schedules.Put(One("minutely", "* * * * *"));
        await UntilAsync(() => Later(() => desk.Orders.Count == 2, seconds: 5));
        schedules.Put(One("minutely", "* * * * *") with { IsEnabled = false });
        schedules.Put(One("other", "30 * * * * *"));
        await UntilAsync(() => Later(() => desk.OrdersOf("other") == 3, seconds: 5));
        schedules.Remove("other");
        Assert.InRange(desk.OrdersOf("minutely"), 2, 3);
    }

    [Fact]
    public async Task A_failure_is_noted_and_the_next_run_comes_all_the_same()
    {
        Schedules schedules = Schedules();
        schedules.Put(One("minutely", "* * * * *"));
        Desk desk = new() { Failure = new CaptureException("no agents are configured") };
        await using Scheduler scheduler = Begin(schedules, desk);
        await UntilAsync(() => Later(() => schedules.All[0].LastResult == "no agents are configured", seconds: 5));
        desk.Failure = new InvalidOperationException("a defect");
        await UntilAsync(() => Later(() => schedules.All[0].LastResult == "a defect", seconds: 5));
        desk.Failure = null;
        await UntilAsync(() => Later(() => schedules.All[0].LastResult?.Length == 32, seconds: 5));
    }

    private static Schedule One(string name, string cron) => new() { Name = name, Cron = cron, Author = "ann" };

    private Schedules Schedules() => new(Database, ScheduleLimits.Default, Time);

    private Scheduler Begin(Schedules schedules, Desk desk) =>
        Scheduler.Start(schedules, desk, ScheduleLimits.Default, Time, NullLogger<Scheduler>.Instance);

    private bool Later(Func<bool> condition, int seconds)
    {
        if (condition())
            return true;
        Time.Advance(TimeSpan.FromSeconds(seconds));
        return false;
    }

    private sealed class Desk : ISnapshotDesk
    {
        private int now;

        public ConcurrentQueue<ManualOrder> Orders { get; } = [];

        public int OrdersOf(string schedule) =>
            Orders.Count(one => one.RequestedBy == $"schedule {schedule}");

        public int MostAtOnce { get; private set; }

        public TaskCompletionSource? Gate { get; init; }

        public Exception? Failure { get; set; }

        public Task<HandedSnapshot> FindAsync(SnapshotWish wish, CancellationToken stop) =>
            throw new NotSupportedException();

        public async Task<KeptSnapshot> TakeAsync(ManualOrder order, CancellationToken stop)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref now));
            Orders.Enqueue(order);
            if (Gate is not null)
                await Gate.Task.WaitAsync(stop);
            Interlocked.Decrement(ref now);
            return Failure is null ? Kept() : throw Failure;
        }

        private static KeptSnapshot Kept() => new()
        {
            SnapshotId = NewId(), Path = "", CapturedAt = Start, Program = null, Environment = null,
            RequestedBy = "", Duration = default, FileBytes = 0, Processes = 0, Goroutines = 0, PauseMax = default,
            SpecHash = "", IsTruncated = false, Error = null,
        };
    }
}
