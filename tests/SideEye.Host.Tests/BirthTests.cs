using System.Diagnostics;
using System.Text.Json;
using SideEye.Capture.Births;
using SideEye.Testing;
using Xunit;

namespace SideEye.Host.Tests;

/// <summary>
/// When goroutines were created, which the runtime does not record: between two looks at the ids that it gives out. The
/// program itself knows when it carried out each go statement.
/// </summary>
public sealed class BirthTests
{
    public static TheoryData<string, string> Programs =>
        [.. Toolchains.Versions.Select(static version => (version, "default")), ("1.27", "pie")];

    /// <summary>
    /// Few at a time and by several processors, so that each keeps ids for later, also while GOMAXPROCS has put it
    /// away.
    /// </summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_goroutine_was_created_between_the_looks_around_its_go_statement(
        string version, string variant)
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync(new GoFixture("births", version, variant));
        using BinaryCache binaries = new();
        GoProcess process = GoProcess.Open(target.ProcessId, binaries);
        List<Birth> births = [.. await SpawnAsync(target, 3)];
        List<Look> looks = [Look.At(process)];
        for (int round = 0; round < 24; round++)
        {
            if (round % 8 == 4)
                await target.AskAsync(round == 12 ? "procs 4" : "procs 1");
            if (round % 5 == 3)
                await target.AskAsync($"churn {round * 3}");
            births.AddRange(await SpawnAsync(target, round % 4));
            looks.Add(Look.At(process));
        }
        births.AddRange(await SpawnAsync(target, 2));

        Captured captured = await Captured.TakeAsync([process]);

        Assert.All(births, birth => AssertIsBetween(captured, birth, looks));
    }

    /// <summary>Looks fall into the moments in which processors take ids, which they do all the time.</summary>
    [Theory]
    [InlineData("1.19")]
    [InlineData("1.27")]
    public async Task However_fast_goroutines_come_and_go_a_look_never_takes_one_for_older_or_younger(string version)
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync("births", version);
        using BinaryCache binaries = new();
        GoProcess process = GoProcess.Open(target.ProcessId, binaries);
        await target.AskAsync("storm 3");
        List<Birth> births = [];
        using CancellationTokenSource enough = new();
        Task looking = Task.Run(
            () =>
            {
                while (!enough.IsCancellationRequested)
                    process.LookAtIds();
            },
            TestContext.Current.CancellationToken);
        while (births.Count < 1000 || process.BirthClock.Count <= BirthClock.RecentMax)
            births.AddRange(await SpawnAsync(target, 2));
        await enough.CancelAsync();
        await looking;

        Captured captured = await Captured.TakeAsync([process]);

        Assert.All(births, birth =>
        {
            CapturedGoroutine row = captured[birth.Goid];
            string what = $"{birth}: {row.CreatedAfterNs} to {row.CreatedBeforeNs}";
            Assert.True((row.CreatedAfterNs ?? 0) <= birth.Latest && row.CreatedBeforeNs >= birth.Earliest, what);
        });
    }

    [Fact]
    public async Task Nothing_is_claimed_when_nobody_has_looked()
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync("births", Toolchains.Newest);
        await SpawnAsync(target, 1);

        Captured captured = await Captured.TakeAsync(target.ProcessId);

        Assert.All(captured.Goroutines, static goroutine => Assert.Equal(
            (null, null), (goroutine.CreatedAfterNs, goroutine.CreatedBeforeNs)));
    }

    [Fact]
    public async Task A_program_without_debug_information_does_not_tell()
    {
        Requires.Bpf();
        GoFixture stripped = new("births", Toolchains.Newest, "stripped");
        await using GoTarget target = await GoTarget.StartAsync(stripped);
        using BinaryCache binaries = new();
        GoProcess process = GoProcess.Open(target.ProcessId, binaries);
        Look.At(process);

        Captured captured = await Captured.TakeAsync([process]);

        Assert.All(captured.Goroutines, static goroutine => Assert.Null(goroutine.CreatedBeforeNs));
    }

    private static void AssertIsBetween(Captured captured, Birth birth, List<Look> looks)
    {
        const long roundingNs = 1000;
        CapturedGoroutine row = captured[birth.Goid];
        Look? last = looks.LastOrDefault(look => look.EndedNs < birth.Earliest);
        Look? next = looks.FirstOrDefault(look => look.BeganNs > birth.Latest);
        string what = $"{birth}: {row.CreatedAfterNs} to {row.CreatedBeforeNs}, looks {last} and {next}";
        Assert.True(row.CreatedAfterNs is null == last is null, what);
        Assert.True(last is null || row.CreatedAfterNs <= birth.Latest, what);
        Assert.True(last is null || row.CreatedAfterNs >= last.BeganNs - roundingNs, what);
        Assert.True(row.CreatedBeforeNs >= birth.Earliest, what);
        long seen = next?.EndedNs ?? (long)captured.Result.MonotonicNs;
        Assert.True(row.CreatedBeforeNs <= seen + roundingNs, what);
    }

    private static async Task<Birth[]> SpawnAsync(GoTarget target, int countOfEach) =>
        JsonSerializer.Deserialize<Birth[]>(
            await target.AskAsync($"spawn {countOfEach}"), JsonSerializerOptions.Web) ?? [];

    /// <summary>A goroutine, and between which times the go statement was carried out, CLOCK_MONOTONIC.</summary>
    private sealed record Birth(long Goid, long Earliest, long Latest);

    private sealed record Look(long BeganNs, long EndedNs)
    {
        public static Look At(GoProcess process)
        {
            long began = Stopwatch.GetTimestamp();
            process.LookAtIds();
            return new Look(began, Stopwatch.GetTimestamp());
        }
    }
}
