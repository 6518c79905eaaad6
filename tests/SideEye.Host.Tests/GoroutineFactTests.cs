using System.Text.Json;
using SideEye.Testing;
using Xunit;

namespace SideEye.Host.Tests;

/// <summary>What the rows say of a goroutine besides its stack.</summary>
public sealed class GoroutineFactTests
{
    public static TheoryData<string> Versions => [.. Toolchains.Versions];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_goroutines_that_are_not_the_runtimes_are_those_that_a_dump_shows(string version)
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", version);

        Captured captured = await Captured.TakeAsync(zoo.ProcessId);
        GoroutineDump dump = await zoo.DumpAsync();

        Assert.Equal(
            dump.Goroutines.Select(goroutine => goroutine.Id).Order(),
            captured.Goroutines.Where(goroutine => !goroutine.IsSystem).Select(goroutine => goroutine.Id).Order());
        Assert.True(captured.Result.Dead > 0, "the zoo has finished goroutines");
        Assert.Equal(captured.Result.Goroutines, captured.Result.Dead + captured.Result.Recorded);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Status_and_wait_reason_are_those_of_a_dump(string version)
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", version);

        Captured captured = await Captured.TakeAsync(zoo.ProcessId);
        GoroutineDump dump = await zoo.DumpAsync();

        foreach (DumpedGoroutine theirs in dump.Goroutines.Where(goroutine => goroutine.State != "running"))
        {
            CapturedGoroutine mine = captured[theirs.Id];
            Assert.Equal(theirs.State, mine.WaitReason ?? mine.Status);
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Labels_are_those_that_the_program_set(string version)
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", version);
        IReadOnlyDictionary<string, NamedGoroutine> named = await zoo.NamedGoroutinesAsync();

        Captured captured = await Captured.TakeAsync(zoo.ProcessId);

        Assert.Contains(named.Values, goroutine => goroutine.Labels.Count == 12);
        Assert.All(named.Values, goroutine => Assert.Equal(goroutine.Labels.OrderBy(label => label.Key), LabelsOf(
            captured[goroutine.Id])));
    }

    [Theory]
    [InlineData(ReaderChoice.Bpf)]
    [InlineData(ReaderChoice.VmRead)]
    public async Task A_stack_is_cut_at_the_limit_of_frames_and_says_so(ReaderChoice reader)
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", Toolchains.Newest, "-deep", "600");
        long id = (await zoo.NamedGoroutinesAsync())["deepRecursion"].Id;

        CapturedGoroutine cut = (await Captured.TakeAsync(zoo.ProcessId, reader))[id];
        CapturedGoroutine whole = (await Captured.TakeAsync(zoo.ProcessId, reader, Captured.Patient
            with { StackFramesMax = cut.Frames.Count + 400 }))[id];
        CapturedGoroutine exact = (await Captured.TakeAsync(zoo.ProcessId, reader, Captured.Patient
            with { StackFramesMax = whole.Frames.Count }))[id];

        Assert.Equal(512, cut.Frames.Count);
        Assert.Equal(512, cut.FrameCount);
        Assert.Equal("more than 512 frames", cut.TruncatedReason);
        Assert.Equal("main.deepRecursion", cut.Frames[^1].Function);
        Assert.Null(whole.TruncatedReason);
        Assert.Equal("runtime.goexit", whole.Frames[^1].Function);
        Assert.Equal(whole.Frames, exact.Frames);
        Assert.Null(exact.TruncatedReason);
    }

    [Fact]
    public async Task A_stack_is_cut_at_the_limit_of_bytes_and_says_so()
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", Toolchains.Newest);
        long id = (await zoo.NamedGoroutinesAsync())["deepRecursion"].Id;

        Captured captured = await Captured.TakeAsync(zoo.ProcessId, limits: Captured.Patient
            with { StackBytesMax = 4096 });

        Assert.Equal("only the innermost 4096 bytes of the stack were copied", captured[id].TruncatedReason);
        Assert.InRange(captured[id].Frames.Count, 10, 511);
    }

    [Fact]
    public async Task Both_readers_tell_the_same_of_a_resting_program()
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", Toolchains.Newest);

        Captured byProbe = await Captured.TakeAsync(zoo.ProcessId, ReaderChoice.Bpf);
        Captured byVmRead = await Captured.TakeAsync(zoo.ProcessId, ReaderChoice.VmRead);

        Assert.Equal("bpf", byProbe.ProcessText("reader"));
        Assert.Equal("vmread", byVmRead.ProcessText("reader"));
        Assert.Equal(Comparable(byProbe), Comparable(byVmRead));
    }

    [Fact]
    public async Task A_program_without_debug_information_says_so_and_has_whole_stacks()
    {
        Requires.Bpf();
        await using GoTarget stripped = await GoTarget.StartAsync(new GoFixture("zoo", Toolchains.Newest, "stripped"));
        await using GoTarget whole = await GoTarget.StartAsync("zoo", Toolchains.Newest);

        Captured captured = await Captured.TakeAsync(stripped.ProcessId);

        Assert.Contains("no", captured.ProcessText("debug_info"), StringComparison.Ordinal);
        Assert.Contains("variables", captured.ProcessText("debug_info"), StringComparison.Ordinal);
        Assert.Equal("yes", (await Captured.TakeAsync(whole.ProcessId)).ProcessText("debug_info"));
    }

    private static IEnumerable<string> Comparable(Captured captured) => captured.Goroutines
        .Where(goroutine => !goroutine.IsSystem).OrderBy(goroutine => goroutine.Id)
        .Select(goroutine => $"{goroutine with { Frames = [], WaitingForNs = null, WaitingForSource = null }} "
            + string.Join(';', goroutine.Frames));

    private static IEnumerable<KeyValuePair<string, string>> LabelsOf(CapturedGoroutine goroutine) =>
        (goroutine.Labels is null ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(goroutine.Labels)!)
        .OrderBy(label => label.Key);
}
