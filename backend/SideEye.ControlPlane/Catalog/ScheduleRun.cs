namespace SideEye.ControlPlane.Catalog;

/// <summary>Where a schedule stands: when it is due, and whether it runs.</summary>
internal sealed class ScheduleRun(Schedule schedule, CronTimes times, DateTimeOffset now)
{
    private Task running = Task.CompletedTask;

    /// <summary>The schedule, as it was read.</summary>
    public Schedule Schedule => schedule;

    /// <summary>When it is due; null when it never is again.</summary>
    public DateTimeOffset? Due { get; private set; } = times.After(now);

    /// <summary>When its last run was due; null when it had none.</summary>
    public DateTimeOffset? LastDue { get; private set; }

    /// <summary>Whether a run of it goes on.</summary>
    public bool IsRunning => !running.IsCompleted;

    /// <summary>Its run that goes on, or went on last.</summary>
    public Task Running => running;

    /// <summary>Takes over from the same schedule before it was changed.</summary>
    public void Follow(ScheduleRun before)
    {
        running = before.running;
        LastDue = before.LastDue;
    }

    /// <summary>Goes on to its next time after a moment.</summary>
    public void Advance(DateTimeOffset at) => Due = times.After(at);

    /// <summary>Is never due again.</summary>
    public void Rest() => Due = null;

    /// <summary>Begins the run that was due at a moment.</summary>
    public void Begin(DateTimeOffset due, Func<Task> run)
    {
        LastDue = due;
        running = Task.Run(run);
    }
}
