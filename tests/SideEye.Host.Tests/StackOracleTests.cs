using SideEye.Capture;
using SideEye.Testing;
using Xunit;

namespace SideEye.Host.Tests;

/// <summary>Every stack against the runtime's own traceback of the same, unmoving program.</summary>
public sealed class StackOracleTests
{
    public static TheoryData<string, string> Programs
    {
        get
        {
            TheoryData<string, string> programs = [];
            foreach (string version in Toolchains.Versions)
            {
                foreach (string variant in Toolchains.Variants)
                    programs.Add(version, variant);
            }
            return programs;
        }
    }

    public static TheoryData<string> Versions => [.. Toolchains.Versions];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Every_stack_agrees_with_the_runtimes_traceback_frame_by_frame(string version, string variant)
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync(new GoFixture("zoo", version, variant));
        await AssertAgrees(zoo);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Stacks_between_Go_and_C_agree_too(string version)
    {
        Requires.Bpf();
        await using GoTarget target = await GoTarget.StartAsync("cgo", version);
        await AssertAgrees(target);
    }

    /// <summary>The runtime prints the outermost fifty frames of the deepest stack: it must be captured
    /// whole.</summary>
    private static readonly CaptureLimits WholeStacks =
        Captured.Patient with { StackFramesMax = 5000, StackBytesMax = 64 << 20 };

    private static async Task AssertAgrees(GoTarget target)
    {
        IReadOnlyDictionary<string, NamedGoroutine> named = await target.NamedGoroutinesAsync();

        Captured captured = await Captured.TakeAsync(target.ProcessId, limits: WholeStacks);
        GoroutineDump dump = await target.CrashAsync();

        Assert.Equal(captured.Goroutines.Count, captured.Goroutines.DistinctBy(goroutine => goroutine.Id).Count());
        Assert.All(named.Values, goroutine => Assert.Single(captured.Goroutines, mine => mine.Id == goroutine.Id));
        List<DumpedGoroutine> comparable = [.. dump.Goroutines.Where(theirs => IsComparable(theirs, captured))];
        Assert.True(comparable.Count >= named.Count, $"only {comparable.Count} stacks can be compared");
        string differences = string.Join('\n', comparable.Select(theirs => Oracle.Differences(captured[theirs.Id],
            theirs)).Where(text => text != ""));
        Assert.True(differences == "", differences);
        Assert.All(comparable, theirs => AssertCreation(captured[theirs.Id], theirs));
    }

    /// <summary>The runtime's own goroutines may move between the two looks; a goroutine 0 is a thread's own
    /// stack.</summary>
    private static bool IsComparable(DumpedGoroutine theirs, Captured captured) =>
        theirs.Id != 0 && !theirs.IsStackUnavailable && theirs.State != "running"
        && captured.Goroutines.FirstOrDefault(mine => mine.Id == theirs.Id) is { IsSystem: false };

    private static void AssertCreation(CapturedGoroutine mine, DumpedGoroutine theirs)
    {
        if (theirs.CreatedBy is not DumpedCreation created)
            return;
        Assert.Equal((created.File, created.Line), (mine.CreatedAtFile, mine.CreatedAtLine));
        Assert.Equal(created.ParentId, mine.ParentId);
    }
}
