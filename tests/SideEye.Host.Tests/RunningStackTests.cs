using SideEye.Testing;
using Xunit;

namespace SideEye.Host.Tests;

/// <summary>Goroutines that are caught in the middle of something: loops, prologues, the vDSO, assembly, system
/// calls.</summary>
public sealed class RunningStackTests
{
    private const int Looks = 60;

    public static TheoryData<string> Versions => [.. Toolchains.Versions];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_stack_of_a_busy_program_is_whole_and_every_call_in_it_was_made(string version)
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", version, "-spin");
        IReadOnlyDictionary<string, NamedGoroutine> named = await zoo.NamedGoroutinesAsync();
        using BinaryCache binaries = new();
        GoProcess process = GoProcess.Open(zoo.ProcessId, binaries);
        CallChain chain = new(process.Binary);
        int onThread = 0;

        for (int look = 0; look < Looks; look++)
        {
            ReaderChoice reader = look % 2 == 0 ? ReaderChoice.Bpf : ReaderChoice.VmRead;
            Captured captured = await Captured.TakeAsync([process], reader);
            string problems = string.Join('\n', captured.Goroutines
                .Where(goroutine => goroutine.TruncatedReason?.Contains("more than", StringComparison.Ordinal) != true)
                .Select(chain.Problem).OfType<string>());
            Assert.True(problems == "", $"look {look} by {reader}: {problems}");
            AssertSpinners(captured, named);
            onThread += captured.Goroutines.Count(goroutine => goroutine.Status == "running");
        }

        Assert.True(onThread > 0, "no goroutine was ever caught running");
    }

    [Fact]
    public async Task A_running_goroutine_names_a_thread_of_its_process()
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", Toolchains.Newest, "-spin", "-spin-only",
            "spinTight");

        Captured captured = await Captured.TakeAsync(zoo.ProcessId);

        CapturedGoroutine running = Assert.Single(captured.Goroutines, goroutine => goroutine.Status == "running"
            && goroutine.Has("main.spinTight"));
        Assert.True(Directory.Exists($"/proc/{zoo.ProcessId}/task/{running.ThreadId}"));
        Assert.All(captured.Goroutines.Where(goroutine => goroutine.Status == "syscall"), goroutine => Assert.NotNull(
            goroutine.ThreadId));
        Assert.All(captured.Goroutines.Where(goroutine => goroutine.Status == "waiting"), goroutine => Assert.Null(
            goroutine.ThreadId));
    }

    /// <summary>
    /// recovery (runtime/panic.go) gives a goroutine the sp of the frame that recovers, then its pc, then its bp. A
    /// thread that is held between the first two is made by a jump to itself in the program's copy of the code.
    /// </summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_goroutine_that_a_recover_moves_has_the_stack_that_it_stood_on(string version)
    {
        Requires.Bpf();
        await using GoTarget zoo = await GoTarget.StartAsync("zoo", version, "-spin", "-spin-only", "spinPanic");
        using BinaryCache binaries = new();
        GoProcess process = GoProcess.Open(zoo.ProcessId, binaries);
        HeldThread.Hold(process);
        CallChain chain = new(process.Binary);

        foreach (ReaderChoice reader in new[] { ReaderChoice.Bpf, ReaderChoice.VmRead })
        {
            CapturedGoroutine moved = await HeldThread.UntilHeldAsync(process, reader, "main.spinPanic");

            Assert.Null(chain.Problem(moved));
            Assert.Contains(moved.Frames, frame => frame.Function == "main.spinThrow");
            Assert.Contains(moved.Frames, frame => frame.Function == "runtime.gopanic");
        }
    }

    private static void AssertSpinners(Captured captured, IReadOnlyDictionary<string, NamedGoroutine> named)
    {
        foreach ((string name, NamedGoroutine goroutine) in named)
        {
            if (!name.StartsWith("spin", StringComparison.Ordinal))
                continue;
            List<string> functions = [.. captured[goroutine.Id].Frames.Select(frame => frame.Function)];
            int body = functions.IndexOf("main.spinNamed");
            Assert.True(body > 0 && functions[body - 1] == "main." + name, $"{name}: {string.Join(" < ", functions)}");
        }
    }
}
