namespace SideEye.Benchmarks;

/// <summary>What is measured, and how often.</summary>
/// <param name="Goroutines">Parked goroutines of the target.</param>
/// <param name="Runs">Snapshots by each reader, and whole commands.</param>
/// <param name="OtherRuns">Runs of what we are held against.</param>
internal sealed record BenchSize(int Goroutines, int Runs, int OtherRuns);

/// <summary>What an agent watches while it is measured.</summary>
/// <param name="Processes">Go processes.</param>
/// <param name="Duration">How long.</param>
internal sealed record WatchSize(int Processes, TimeSpan Duration);

/// <summary>What the command line asks for.</summary>
/// <param name="Sizes">Of targets, for the pause without captures.</param>
/// <param name="Captures">Targets for the pause with captures: all goroutines, and how often.</param>
/// <param name="Agent">For the cost of an agent that only watches: how many processes, and how long; null to leave it
/// out.</param>
/// <param name="PanelRuns">How often panels are asked; 0 to leave them out.</param>
/// <param name="CompletionRuns">How often functions and variables are asked for; 0 to leave them out.</param>
/// <param name="WithDelve">Whether to compare with it.</param>
internal sealed record BenchOptions(
    IReadOnlyList<BenchSize> Sizes, BenchSize? Captures, WatchSize? Agent, int PanelRuns, int CompletionRuns,
    bool WithDelve)
{
    public const string Usage =
        "SideEye.Benchmarks [--quick] [--no-delve] [--only goroutines|captures|agent|panels|completion]";

    private static readonly BenchSize[] Whole = [new(1_000, 15, 3), new(10_000, 11, 3), new(100_000, 7, 1)];
    private static readonly BenchSize[] Quick = [new(1_000, 3, 1), new(10_000, 3, 1)];

    /// <summary>Null when the arguments are not understood.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> arguments)
    {
        BenchOptions options = new(Whole, new BenchSize(10_000, 15, 1), new WatchSize(50, TimeSpan.FromSeconds(90)),
            PanelRuns: 11, CompletionRuns: 15, WithDelve: true);
        for (int i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    options = options with
                    {
                        Sizes = Quick, Captures = new BenchSize(10_000, 5, 1), Agent = null, PanelRuns = 3,
                        CompletionRuns = 5,
                    };
                    break;
                case "--only" when i + 1 < arguments.Count && Only(options, arguments[i + 1]) is { } only:
                    options = only;
                    i++;
                    break;
                case "--no-delve": options = options with { WithDelve = false }; break;
                default: return null;
            }
        }
        return options;
    }

    private static BenchOptions? Only(BenchOptions options, string what) => what switch
    {
        "goroutines" => options with { Captures = null, Agent = null, PanelRuns = 0, CompletionRuns = 0 },
        "captures" => options with { Sizes = [], Agent = null, PanelRuns = 0, CompletionRuns = 0 },
        "agent" => options with { Sizes = [], Captures = null, PanelRuns = 0, CompletionRuns = 0 },
        "panels" => options with { Sizes = [], Captures = null, Agent = null, CompletionRuns = 0 },
        "completion" => options with { Sizes = [], Captures = null, Agent = null, PanelRuns = 0 },
        _ => null,
    };
}
