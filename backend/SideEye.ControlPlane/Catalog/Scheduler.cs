using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Freshness;

namespace SideEye.ControlPlane.Catalog;

/// <summary>
/// Orders a snapshot whenever a schedule is due. A schedule never runs twice at once: what comes due meanwhile is left
/// out. Times that were missed, as while the control plane was down, stay missed.
/// </summary>
public sealed partial class Scheduler : IAsyncDisposable
{
    private readonly ISchedules schedules;
    private readonly ISnapshotDesk desk;
    private readonly ScheduleLimits limits;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;
    private ImmutableDictionary<string, ScheduleRun> runs = ImmutableDictionary<string, ScheduleRun>.Empty;
    private TaskCompletionSource changed = NewSignal();

    private Scheduler(
        ISchedules schedules, ISnapshotDesk desk, ScheduleLimits limits, TimeProvider time, ILogger log)
    {
        this.schedules = schedules;
        this.desk = desk;
        this.limits = limits;
        this.time = time;
        this.log = log;
        schedules.Changed += Wake;
        Look(time.GetUtcNow());
        loop = Task.Run(LoopAsync);
    }

    /// <summary>Begins.</summary>
    /// <param name="schedules">What is due when.</param>
    /// <param name="desk">Takes the snapshots, and notes each in the audit log.</param>
    /// <param name="limits">The limits that the schedules were checked by.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Gets what went wrong.</param>
    public static Scheduler Start(
        ISchedules schedules, ISnapshotDesk desk, ScheduleLimits limits, TimeProvider time,
        ILogger<Scheduler> log) => new(schedules, desk, limits, time, log);

    /// <summary>Ends, and cancels the runs that go on.</summary>
    public async ValueTask DisposeAsync()
    {
        schedules.Changed -= Wake;
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(runs.Values.Select(static run => run.Running)).ConfigureAwait(false);
        stop.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake() => Volatile.Read(ref changed).TrySetResult();

    private async Task LoopAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            TaskCompletionSource signal = NewSignal();
            Volatile.Write(ref changed, signal);
            DateTimeOffset now = time.GetUtcNow();
            Look(now);
            foreach (ScheduleRun run in runs.Values.Where(run => run.Due <= now))
                BeginDue(run, now);
            await RestAsync(now, signal.Task).ConfigureAwait(false);
        }
    }

    private async Task RestAsync(DateTimeOffset now, Task signal)
    {
        TimeSpan rest = runs.Values.Select(run => run.Due - now).OfType<TimeSpan>()
            .Append(limits.ClockEvery).Min();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        Task due = Task.Delay(rest, time, end.Token);
        await Task.WhenAny(due, signal).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Takes up what was put, and lets go of what was removed or rests.</summary>
    private void Look(DateTimeOffset now)
    {
        ImmutableDictionary<string, ScheduleRun>.Builder all = ImmutableDictionary.CreateBuilder<string, ScheduleRun>();
        foreach (Schedule schedule in schedules.All.Where(static one => one.IsEnabled))
        {
            ScheduleRun? before = runs.GetValueOrDefault(schedule.Name);
            if (before?.Due is not null && Same(before.Schedule, schedule))
                all.Add(schedule.Name, before);
            else if (RunOf(schedule, before, now) is { } run)
                all.Add(schedule.Name, run);
        }
        // One that still runs is waited for at the end, and not begun again when it is put anew.
        foreach ((string name, ScheduleRun run) in runs.Where(one => one.Value.IsRunning && !all.ContainsKey(one.Key)))
        {
            run.Rest();
            all.Add(name, run);
        }
        runs = all.ToImmutable();
    }

    private static bool Same(Schedule one, Schedule other) =>
        (one.Cron, one.Program, one.Environment) == (other.Cron, other.Program, other.Environment);

    private ScheduleRun? RunOf(Schedule schedule, ScheduleRun? before, DateTimeOffset now)
    {
        try
        {
            ScheduleRun run = new(schedule, CronTimes.Read(schedule.Cron, limits, now), now);
            if (before is not null)
                run.Follow(before);
            return run;
        }
        catch (CatalogException e)
        {
            LogUnusable(schedule.Name, e.Message);
            return null;
        }
    }

    private void BeginDue(ScheduleRun run, DateTimeOffset now)
    {
        DateTimeOffset due = run.Due!.Value;
        run.Advance(now);
        string name = run.Schedule.Name;
        if (now - due > limits.LateMax)
            LogMissed(name, due, "nobody was awake");
        else if (run.IsRunning)
            LogMissed(name, due, "the run before goes on");
        else if (due - run.LastDue < limits.IntervalMin)
            LogMissed(name, due, "the run before has just begun");
        else
            run.Begin(due, () => RunAsync(run.Schedule, now));
    }

    private async Task RunAsync(Schedule schedule, DateTimeOffset at)
    {
        ManualOrder order = new()
        {
            RequestedBy = $"schedule {schedule.Name}", Program = schedule.Program, Environment = schedule.Environment,
        };
        try
        {
            KeptSnapshot kept = await desk.TakeAsync(order, stop.Token).ConfigureAwait(false);
            Note(schedule, at, kept.SnapshotId);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The control plane ends.
        }
        catch (CaptureException e)
        {
            Note(schedule, at, e.Message);
        }
        catch (Exception e)
        {
            // A schedule outlives whatever goes wrong in one run.
            LogFailed(schedule.Name, e);
            Note(schedule, at, e.Message);
        }
    }

    private void Note(Schedule schedule, DateTimeOffset at, string result)
    {
        try
        {
            schedules.NoteRun(schedule.Name, at, result);
        }
        catch (CatalogException e)
        {
            LogUnusable(schedule.Name, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Schedule {Name}: the run of {Due:u} is left out, {Why}")]
    private partial void LogMissed(string name, DateTimeOffset due, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Schedule {Name}: {Problem}")]
    private partial void LogUnusable(string name, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "Schedule {Name} failed")]
    private partial void LogFailed(string name, Exception failure);
}
