namespace SideEye.Benchmarks;

/// <summary>What is measured, and how often.</summary>
/// <param name="Goroutines">Parked goroutines of the target.</param>
/// <param name="Runs">Snapshots by each reader, and whole commands.</param>
/// <param name="OtherRuns">Runs of what we are held against.</param>
internal sealed record BenchSize(int Goroutines, int Runs, int OtherRuns);

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions(IReadOnlyList<BenchSize> Sizes, bool WithDelve)
{
    private static readonly BenchSize[] Whole = [new(1_000, 15, 3), new(10_000, 11, 3), new(100_000, 7, 1)];
    private static readonly BenchSize[] Quick = [new(1_000, 3, 1), new(10_000, 3, 1)];

    /// <summary>Null when the arguments are not understood.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> arguments)
    {
        BenchOptions options = new(Whole, WithDelve: true);
        foreach (string argument in arguments)
        {
            switch (argument)
            {
                case "--quick": options = options with { Sizes = Quick }; break;
                case "--no-delve": options = options with { WithDelve = false }; break;
                default: return null;
            }
        }
        return options;
    }
}
