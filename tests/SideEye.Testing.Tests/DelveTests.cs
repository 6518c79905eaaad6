using Xunit;

namespace SideEye.Testing.Tests;

public sealed class DelveTests
{
    private const int FramesMax = 60;

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

        var problems = new List<string>();
        var (seen, unseen) = (0, 0);
        foreach (var goroutine in program.Frames.GroupBy(frame => frame.GoroutineId))
        {
            var stack = await delve.StackAsync(goroutine.Key, FramesMax, DelveLoad.Most);
            foreach (var frame in goroutine)
            {
                foreach (var variable in frame.Variables ?? [])
                {
                    var found = DelveStack.Find(stack, frame)?.Find(variable.Name);
                    var isSeen = found is { IsReadable: true };
                    (seen, unseen) = isSeen ? (seen + 1, unseen) : (seen, unseen + 1);
                    if (isSeen && Difference(variable, found!) is { } difference)
                    {
                        problems.Add($"{frame.Case} {frame.Function} {variable.Name}{difference} at {found!.LocationExpr}");
                    }
                    else if (!isSeen)
                    {
                        Console.WriteLine($"unseen {frame.Case} {frame.Function} {variable.Name} {found?.Unreadable}");
                    }
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{version} {variant}: {seen} seen, {unseen} unseen");
        Console.WriteLine($"{version} {variant}: {seen} seen, {unseen} unseen");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private static string? Difference(KnownVariable variable, DelveVariable found) => variable.IsAbsent
        ? $": does not exist yet, and Delve shows {found.Value}"
        : ValueDifference.Find(variable.Plain, DelveRendering.ToJson(found));
}
