namespace SideEye.ControlPlane.Catalog;

/// <summary>What schedules may ask for.</summary>
public sealed record ScheduleLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static ScheduleLimits Default { get; } = new();

    /// <summary>Schedules.</summary>
    public int SchedulesMax { get; init; } = 100;

    /// <summary>Shortest time between two runs of one.</summary>
    public TimeSpan IntervalMin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A run that begins later than this after its time is missed, as after a sleep of the machine.</summary>
    public TimeSpan LateMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock is looked at this often: it may be set.</summary>
    public TimeSpan ClockEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Characters of a cron expression.</summary>
    public int CronCharactersMax { get; init; } = 200;

    /// <summary>Characters of a program, environment, author or result.</summary>
    public int TextCharactersMax { get; init; } = 1_000;
}
