namespace SideEye.ControlPlane.Catalog;

/// <summary>Snapshots that are taken by the clock.</summary>
/// <remarks>For any number of threads.</remarks>
public interface ISchedules
{
    /// <summary>All, by name.</summary>
    IReadOnlyList<Schedule> All { get; }

    /// <summary>Keeps a schedule under its name, in place of one that has it.</summary>
    /// <exception cref="CatalogException">Its name or cron expression is none, or there are too many.</exception>
    Schedule Put(Schedule schedule);

    /// <summary>Forgets a schedule.</summary>
    /// <returns>False when there is none of that name.</returns>
    bool Remove(string name);

    /// <summary>Notes what came of a run.</summary>
    /// <param name="name">The schedule; one that is gone meanwhile is no error.</param>
    /// <param name="at">When it ran.</param>
    /// <param name="result">The snapshot's id, or why there is none.</param>
    void NoteRun(string name, DateTimeOffset at, string result);

    /// <summary>Raised, on any thread, when a schedule was put or removed.</summary>
    event Action? Changed;
}

/// <summary>A snapshot that is taken by the clock.</summary>
public sealed record Schedule
{
    /// <summary>Its name, of the form of names of spec documents.</summary>
    public required string Name { get; init; }

    /// <summary>Five fields of cron, or six with seconds in front; in UTC.</summary>
    public required string Cron { get; init; }

    /// <summary>Only processes of this program; null for all.</summary>
    public string? Program { get; init; }

    /// <summary>Only processes of this environment; null for all.</summary>
    public string? Environment { get; init; }

    /// <summary>False to let it rest.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Who wrote it.</summary>
    public required string Author { get; init; }

    /// <summary>When it last ran; null when it never did.</summary>
    public DateTimeOffset? LastRun { get; init; }

    /// <summary>What came of that: a snapshot's id, or why there is none.</summary>
    public string? LastResult { get; init; }
}
