using System.Diagnostics;
using System.Globalization;

namespace SideEye.EndToEnd.Tests;

/// <summary>What the kernel says of a target's threads, and whether the target gets on.</summary>
internal static class TargetState
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    /// <summary>Alive, traced by nobody, no thread stopped, and its work goes on.</summary>
    public static async Task AssertRunsAsync(GoTarget target)
    {
        Assert.False(target.HasExited, "the target has ended");
        Assert.All(Threads(target.ProcessId), thread => Assert.Equal(0, thread.Tracer));
        await UntilAsync(
            () => Threads(target.ProcessId).All(thread => thread.State is not ('t' or 'T')), "no thread is stopped");
        await AssertWorksAsync(target);
    }

    /// <summary>The swarm's counter of work advances.</summary>
    public static async Task AssertWorksAsync(GoTarget swarm)
    {
        long before = (await swarm.AskNumbersAsync("count"))[0];
        long begun = Stopwatch.GetTimestamp();
        while ((await swarm.AskNumbersAsync("count"))[0] <= before)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < GoTarget.Patience, "the target's goroutines do not run");
            await Task.Delay(Interval);
        }
    }

    /// <summary>Every thread's state, as in /proc/PID/stat, and its tracer, 0 without one.</summary>
    public static IReadOnlyList<(int Thread, char State, int Tracer)> Threads(int processId)
    {
        List<(int, char, int)> threads = [];
        foreach (string folder in Directory.GetDirectories($"/proc/{processId}/task"))
        {
            if (TryField(folder, "State:") is not string state || TryField(folder, "TracerPid:") is not string tracer)
                continue; // has ended meanwhile
            int thread = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            threads.Add((thread, state[0], int.Parse(tracer, CultureInfo.InvariantCulture)));
        }
        return threads;
    }

    /// <summary>The tracer of the process's first thread, 0 without one.</summary>
    public static int Tracer(int processId) =>
        int.Parse(TryField($"/proc/{processId}", "TracerPid:") ?? "0", CultureInfo.InvariantCulture);

    /// <summary>Waits for a condition.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (long begun = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(Interval))
            Assert.True(Stopwatch.GetElapsedTime(begun) < GoTarget.Patience, $"it does not come to pass that {what}");
    }

    private static string? TryField(string folder, string name)
    {
        try
        {
            return File.ReadLines(Path.Combine(folder, "status"))
                .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
