using Xunit;

namespace SideEye.Testing.Tests;

/// <summary>One oracle holds the other: what the test program says of its variables, and what Delve sees.</summary>
public sealed class DelveTests
{
    private const int FramesMax = 60;

    // Too few would mean that frames or variables were not found at all.
    private const int SeenMin = 350;

    // Delve computes complex numbers without infinities and NaN.
    private static readonly string[] BeyondDelve = ["notFinite"];

    public static TheoryData<string, string> Builds =>
        [.. Toolchains.Versions.SelectMany(version => new[] { (version, "default"), (version, "noopt") })];

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task What_Delve_sees_is_what_the_program_knows(string version, string variant)
    {
        Requires.Root();
        await using var program = await ValuesProgram.StartAsync(version, variant);
        await using var delve = await DelveSession.AttachAsync(
            program.Target.ProcessId, TestContext.Current.CancellationToken);

        var comparison = new Comparison();
        // Paths are no variables to Delve, and of what they lead through it asks for more memory than there is.
        var frames = program.Frames.Where(frame => (frame.Variables ?? []).Any(variable => !variable.IsPath));
        foreach (var goroutine in frames.GroupBy(frame => frame.GoroutineId))
        {
            var stack = await delve.StackAsync(goroutine.Key, FramesMax, DelveLoad.Most);
            foreach (var frame in goroutine)
            {
                comparison.Add(frame, DelveStack.Find(stack, frame));
            }
        }

        foreach (var global in program.Globals)
        {
            comparison.Add("", global, await delve.EvaluateAsync(global.Name, DelveLoad.Most));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{comparison.Seen} seen, {comparison.Unseen.Count} not: {string.Join(", ", comparison.Unseen)}");
        Assert.True(comparison.Problems.Count == 0, string.Join('\n', comparison.Problems));
        Assert.InRange(comparison.Seen, SeenMin, int.MaxValue);
    }

    private sealed class Comparison
    {
        public int Seen { get; private set; }

        public List<string> Unseen { get; } = [];

        public List<string> Problems { get; } = [];

        public void Add(KnownFrame frame, DelveFrame? seen)
        {
            foreach (var variable in frame.Variables ?? [])
            {
                Add($"{frame.Case} {frame.Function} ", variable, seen?.Find(variable.Name));
            }
        }

        public void Add(string place, KnownVariable variable, DelveVariable? found)
        {
            if (found is not { IsReadable: true } || BeyondDelve.Contains(variable.Name))
            {
                Unseen.Add($"{place}{variable.Name}");
                return;
            }

            Seen++;
            var difference = variable.IsAbsent
                ? $": does not exist yet, and Delve shows {found.Value}"
                : ValueDifference.Find(variable.Plain, DelveRendering.ToJson(found));
            if (difference is not null)
            {
                Problems.Add($"{place}{variable.Name}{difference} at {found.LocationExpr}");
            }
        }
    }
}
