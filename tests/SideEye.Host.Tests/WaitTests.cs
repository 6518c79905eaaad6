using System.Diagnostics;
using SideEye.Testing;
using Xunit;

namespace SideEye.Host.Tests;

/// <summary>How long goroutines have waited: lower bounds, each with its source, never longer than the truth.</summary>
public sealed class WaitTests
{
    public static TheoryData<string> Versions => [.. Toolchains.Versions];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Watching_shows_how_long_a_goroutine_waits_at_least(string version)
    {
        Requires.Bpf();
        long begun = Stopwatch.GetTimestamp();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", version);
        long id = (await zoo.NamedGoroutinesAsync())["chanReceive"].Id;
        TimeSpan watch = TimeSpan.FromMilliseconds(1200);

        CapturedGoroutine goroutine = (await Captured.TakeAsync(zoo.ProcessId, watch: watch))[id];

        // The zoo collects garbage before it is ready: that may prove more than we saw.
        Assert.True(goroutine.WaitingForSource is "observed" or "runtime", goroutine.WaitingForSource);
        Assert.InRange(goroutine.WaitingForNs!.Value, watch.TotalNanoseconds, Stopwatch.GetElapsedTime(
            begun).TotalNanoseconds);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_goroutine_that_woke_up_and_waits_at_the_same_place_again_has_not_waited_all_the_time(
        string version)
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", version, "-spin", "-spin-only",
            "spinChannel,spinSleep");
        IReadOnlyDictionary<string, NamedGoroutine> named = await zoo.NamedGoroutinesAsync();

        Captured captured = await Captured.TakeAsync(zoo.ProcessId, watch: TimeSpan.FromMilliseconds(2500));

        // One chance in 256 a look that the count of turns has come round to the same value; two looks lie in between.
        Assert.All(["spinChannel", "spinSleep"], name => Assert.True(
            captured[named[name].Id].WaitingForNs is null or < 2_000_000_000,
            $"{name} waits {captured[named[name].Id].WaitingForNs} ns ({captured[named[name].Id].WaitingForSource})"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Without_watching_nothing_is_claimed_but_what_a_collection_or_a_timer_proves(string version)
    {
        Requires.Bpf();
        long begun = Stopwatch.GetTimestamp();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", version);
        IReadOnlyDictionary<string, NamedGoroutine> named = await zoo.NamedGoroutinesAsync();
        await zoo.AskAsync("gc");

        Captured captured = await Captured.TakeAsync(zoo.ProcessId);

        double age = Stopwatch.GetElapsedTime(begun).TotalNanoseconds;
        Assert.All(captured.Goroutines.Where(goroutine => !goroutine.IsSystem), goroutine =>
        {
            Assert.True(goroutine.WaitingForSource is null or "runtime" or "timer", goroutine.WaitingForSource);
            Assert.Equal(goroutine.WaitingForSource is null, goroutine.WaitingForNs is null);
            Assert.InRange(goroutine.WaitingForNs ?? 0, 0, age);
        });
        Assert.Equal("runtime", captured[named["chanReceive"].Id].WaitingForSource);
    }

    /// <summary>g.waitsince is older than such a wait: it is the end of the collection before.</summary>
    [Theory]
    [InlineData("1.23")]
    [InlineData("1.27")]
    public async Task A_wait_that_began_between_two_collections_is_not_claimed_to_be_older(string version)
    {
        Requires.Bpf();
        await using GoTarget swarm = await GoTarget.StartAsync("swarm", version, "-n", "10");
        await swarm.AskAsync("gc");
        await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        long begun = Stopwatch.GetTimestamp();
        await swarm.AskAsync("wait");
        await swarm.AskAsync("gc");
        await LookAsync();
        await swarm.AskAsync("gc");
        Assert.Equal("runtime", await LookAsync());

        async Task<string?> LookAsync()
        {
            Captured captured = await Captured.TakeAsync(swarm.ProcessId);
            double age = Stopwatch.GetElapsedTime(begun).TotalNanoseconds;
            CapturedGoroutine waiter = Assert.Single(captured.Goroutines, goroutine => goroutine.Frames.Any(
                frame => frame.Function == "main.waitFromNowOn"));
            Assert.InRange(waiter.WaitingForNs ?? 0, 0, age);
            return waiter.WaitingForSource;
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_sleeper_tells_exactly_when_it_fell_asleep(string version)
    {
        Requires.Bpf();
        Assert.SkipUnless(Toolchains.IsAtLeast(version, "1.23"), $"Go {version} keeps no sleepWhen in the g");
        long begun = Stopwatch.GetTimestamp();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", version);
        long id = (await zoo.NamedGoroutinesAsync())["timeSleep"].Id;

        CapturedGoroutine goroutine = (await Captured.TakeAsync(zoo.ProcessId))[id];

        Assert.Equal("timer", goroutine.WaitingForSource);
        Assert.InRange(
            goroutine.WaitingForNs!.Value,
            0, Stopwatch.GetElapsedTime(begun).TotalNanoseconds);
    }
}
