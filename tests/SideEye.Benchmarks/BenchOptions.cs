namespace SideEye.Benchmarks;

/// <summary>What is measured, and how often.</summary>
/// <param name="Goroutines">Parked goroutines of the target.</param>
/// <param name="Runs">Snapshots by each reader, and whole commands.</param>
/// <param name="OtherRuns">Runs of what we are held against.</param>
internal sealed record BenchSize(int Goroutines, int Runs, int OtherRuns);

/// <summary>What the command line asks for.</summary>
/// <param name="Sizes">Of targets, for the pause without captures.</param>
/// <param name="Captures">Targets for the pause with captures: all goroutines, and how often.</param>
/// <param name="WithDelve">Whether to compare with it.</param>
internal sealed record BenchOptions(IReadOnlyList<BenchSize> Sizes, BenchSize? Captures, bool WithDelve)
{
    public const string Usage = "SideEye.Benchmarks [--quick] [--no-delve] [--only goroutines|captures]";

    private static readonly BenchSize[] Whole = [new(1_000, 15, 3), new(10_000, 11, 3), new(100_000, 7, 1)];
    private static readonly BenchSize[] Quick = [new(1_000, 3, 1), new(10_000, 3, 1)];

    /// <summary>Null when the arguments are not understood.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> arguments)
    {
        BenchOptions options = new(Whole, new BenchSize(10_000, 15, 1), WithDelve: true);
        for (int i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    options = options with { Sizes = Quick, Captures = new BenchSize(10_000, 5, 1) };
                    break;
                case "--only" when i + 1 < arguments.Count && arguments[i + 1] == "goroutines":
                    options = options with { Captures = null };
                    i++;
                    break;
                case "--only" when i + 1 < arguments.Count && arguments[i + 1] == "captures":
                    options = options with { Sizes = [] };
                    i++;
                    break;
                case "--no-delve": options = options with { WithDelve = false }; break;
                default: return null;
            }
        }
        return options;
    }
}
