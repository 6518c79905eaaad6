namespace SideEye.ControlPlane.Freshness;

/// <summary>How fresh snapshots are, and how often some are taken for it.</summary>
public sealed record FreshnessLimits
{
    /// <summary>What is used unless the configuration says otherwise.</summary>
    public static FreshnessLimits Default { get; } = new();

    /// <summary>How old a snapshot may be for a query that does not say.</summary>
    public TimeSpan MaxAgeDefault { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The least that a query may say: what is this young answers everybody.</summary>
    public TimeSpan MaxAgeMin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Rest after a capture before the next of the same program and environment; when that capture took
    /// longer, as long as it took.</summary>
    public TimeSpan RestMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a query that does not say waits for a capture while there is an older snapshot.</summary>
    public TimeSpan WaitDefault { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most that a query may say.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an alert rule waits at least: it is evaluated by nobody who would refresh.</summary>
    public TimeSpan AlertWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A snapshot so many times as old as an alert rule says answers it when there is no younger one; what is
    /// older is an error.</summary>
    public int AlertAgeFactor { get; init; } = 2;

    /// <summary>Rest after a capture that failed; each further failure doubles it.</summary>
    public TimeSpan FailureRestMin { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest such rest.</summary>
    public TimeSpan FailureRestMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A capture that takes longer is given up.</summary>
    public TimeSpan CaptureMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Captures at a time.</summary>
    public int CapturesMax { get; init; } = 4;

    /// <summary>Captures that wait for their turn.</summary>
    public int CapturesWaitingMax { get; init; } = 64;

    /// <summary>Programs and environments of which it is remembered what came of the last capture.</summary>
    public int SubjectsMax { get; init; } = 1000;

    /// <summary>Characters of a reason in a notice.</summary>
    public int ReasonCharactersMax { get; init; } = 500;
}
