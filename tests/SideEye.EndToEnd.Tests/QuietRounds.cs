namespace SideEye.EndToEnd.Tests;

/// <summary>
/// Runs what must leave a cluster undisturbed. A machine that others keep busy disturbs one now and then by itself: a
/// leader that gets no processor for a second is voted out. What a snapshot does to a target it does every time, so one
/// round of several that leaves the cluster alone is the proof, and the last one has to say what is wrong.
/// </summary>
internal static class QuietRounds
{
    private const int RoundsMax = 3;

    /// <summary>Runs rounds until one was quiet.</summary>
    /// <param name="round">Told whether it is the last, it returns whether it was quiet; the last asserts that it was.
    /// </param>
    public static async Task RunAsync(Func<bool, Task<bool>> round)
    {
        for (int i = 1; i <= RoundsMax; i++)
        {
            if (await round(i == RoundsMax))
                return;
            Console.WriteLine($"the cluster was disturbed in round {i}");
        }
        Assert.Fail("the cluster was disturbed in every round");
    }
}
