using Xunit;

namespace SideEye.Testing.Tests;

public sealed class TargetTests
{
    public static TheoryData<string> Versions => [.. Toolchains.Versions];

    public static TheoryData<string> Variants => [.. Toolchains.Variants];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_goroutine_of_the_zoo_waits_as_it_says(string version)
    {
        await using var zoo = await GoTarget.StartAsync("zoo", version);

        await AssertWaitsAsAnnounced(zoo);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Every_variant_of_the_zoo_runs(string variant)
    {
        await using var zoo = await GoTarget.StartAsync(new GoFixture("zoo", Toolchains.Newest, variant));

        await AssertWaitsAsAnnounced(zoo);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_resting_zoo_does_not_move(string version)
    {
        await using var zoo = await GoTarget.StartAsync("zoo", version);

        var first = await zoo.DumpTextAsync();
        var second = await zoo.DumpTextAsync();

        Assert.Equal(WithoutFirstGoroutine(first), WithoutFirstGoroutine(second));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_crash_shows_the_frames_of_the_runtime(string version)
    {
        await using var zoo = await GoTarget.StartAsync("zoo", version);
        var named = await zoo.NamedGoroutinesAsync();

        var crash = await zoo.CrashAsync();

        Assert.All(named.Values, goroutine => Assert.True(goroutine.Announced(crash[goroutine.Id].State)));
        var receive = crash[named["chanReceive"].Id];
        Assert.Equal(
            ["runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1", "main.chanReceive"],
            receive.Frames.Take(4).Select(frame => frame.Function));
        Assert.Equal("runtime.goexit", receive.Frames[^1].Function);
        Assert.All(receive.Frames, frame => Assert.NotNull(frame.ProgramCounter));
        Assert.Contains(crash.Goroutines, goroutine => goroutine.State == "force gc (idle)");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Spinners_run_and_can_still_be_dumped(string version)
    {
        await using var zoo = await GoTarget.StartAsync("zoo", version, "-spin");
        var named = await zoo.NamedGoroutinesAsync();

        var dump = await zoo.DumpAsync();

        var spinners = named.Where(pair => pair.Key.StartsWith("spin", StringComparison.Ordinal)).ToList();
        Assert.Equal(13, spinners.Count);
        Assert.All(spinners, spinner => Assert.Contains(
            dump[spinner.Value.Id].Frames, frame => frame.Function == "main.spinNamed"));
        Assert.All(dump.Goroutines, goroutine => Assert.False(goroutine.IsStackUnavailable));
    }

    [Fact]
    public async Task The_leak_profile_marks_goroutines_that_nothing_can_wake()
    {
        await using var zoo = await GoTarget.StartAsync("zoo", Toolchains.Newest);
        var named = await zoo.NamedGoroutinesAsync();

        var answer = await zoo.AskAsync("leaks");
        Assert.SkipWhen(answer == "none", "this toolchain has no goroutine leak profile");
        var dump = await zoo.DumpAsync();

        Assert.Contains("leaked", dump[named["chanSend"].Id].Remarks);
        Assert.DoesNotContain("leaked", dump[named["chanReceive"].Id].Remarks);
    }

    [Fact]
    public async Task Labels_are_printed_as_they_were_set()
    {
        await using var zoo = await GoTarget.StartAsync("zoo", Toolchains.Newest);
        var named = await zoo.NamedGoroutinesAsync();

        var dump = await zoo.DumpAsync();

        Assert.Equal(12, named["labelsTwelve"].Labels.Count);
        Assert.All(named.Values, goroutine => Assert.Equal(goroutine.Labels, dump[goroutine.Id].Labels));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Both_sides_of_the_border_to_C_wait_as_they_say(string version)
    {
        await using var target = await GoTarget.StartAsync("cgo", version);

        await AssertWaitsAsAnnounced(target);
    }

    [Fact]
    public async Task The_swarm_has_the_depth_it_is_told_and_its_heartbeat_beats()
    {
        await using var swarm = await GoTarget.StartAsync(
            "swarm", Toolchains.Newest, "-n", "200", "-depth", "14", "-heartbeat");

        var dump = await swarm.DumpAsync();
        var receivers = dump.Goroutines.Where(goroutine => goroutine.Frames[0].Function == "main.receive").ToList();
        await swarm.AskNumbersAsync("gap");
        var profile = await swarm.AskNumbersAsync("debug2");
        var before = await swarm.AskNumbersAsync("count");
        Assert.Equal("ok", await swarm.AskAsync("churn on"));
        var after = await swarm.AskNumbersAsync("count");

        Assert.Equal(200, receivers.Count);
        Assert.All(receivers, goroutine => Assert.Equal(14, goroutine.Frames.Count));
        Assert.All(profile, nanoseconds => Assert.True(nanoseconds > 0));
        Assert.True(after[0] >= before[0]);
    }

    [Fact]
    public async Task The_shop_serves()
    {
        await using var shop = await GoTarget.StartAsync("shop", Toolchains.Newest, "-clients", "2");
        using var browser = new HttpClient();

        var address = shop.Greeting[0]["listening ".Length..];
        var found = await browser.GetStringAsync(
            new Uri($"http://{address}/search?client=1&q=b-item-7"), TestContext.Current.CancellationToken);

        Assert.Equal("[\"b-item-7\"]\n", found);
    }

    [Fact]
    public async Task Calls_of_the_pair_wait_for_handlers_that_wait_for_the_job()
    {
        await using var pair = await PairTarget.StartAsync(calls: 4);

        // SIGQUIT makes a process tell its stacks and end.
        var desk = await pair.FrontDesk.CrashAsync();
        var room = await pair.BackRoom.CrashAsync();

        Assert.Equal(2, Within(desk, "main.(*desk).callGetInfo").Count());
        var handlers = Within(room, "main.(*server).GetInfo").ToList();
        Assert.Equal(2, handlers.Count);
        Assert.All(handlers, handler => Assert.Equal("sync.Mutex.Lock", handler.State));
        Assert.Equal("chan receive", Assert.Single(Within(room, "main.(*server).processClient")).State);
    }

    [Fact]
    public async Task A_target_ends_with_its_object()
    {
        var zoo = await GoTarget.StartAsync("zoo", Toolchains.Newest);
        var folder = $"/proc/{zoo.ProcessId}";
        Assert.True(Directory.Exists(folder));

        await zoo.DisposeAsync();

        Assert.False(Directory.Exists(folder));
    }

    private static IEnumerable<DumpedGoroutine> Within(GoroutineDump dump, string function) =>
        dump.Goroutines.Where(goroutine => goroutine.Frames.Any(frame => frame.Function == function));

    private static async Task AssertWaitsAsAnnounced(GoTarget target)
    {
        var named = await target.NamedGoroutinesAsync();
        var dump = await target.DumpAsync();

        Assert.NotEmpty(named);
        Assert.All(named, pair => Assert.True(
            pair.Value.Announced(dump[pair.Value.Id].State), $"{pair.Key} is in state {dump[pair.Value.Id].State}"));
    }

    private static string WithoutFirstGoroutine(string dump) => dump[dump.IndexOf("\n\n", StringComparison.Ordinal)..];
}
