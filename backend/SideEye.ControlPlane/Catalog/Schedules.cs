using System.Collections.Immutable;
using Dapper;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The schedules in the catalog.</summary>
public sealed class Schedules : ISchedules
{
    private readonly CatalogDatabase database;
    private readonly ScheduleLimits limits;
    private readonly TimeProvider time;
    private readonly Lock changing = new();
    private ImmutableSortedDictionary<string, Schedule> all;

    /// <summary>The schedules of a catalog.</summary>
    /// <exception cref="CatalogException">It cannot be read.</exception>
    public Schedules(CatalogDatabase database, ScheduleLimits limits, TimeProvider time)
    {
        this.database = database;
        this.limits = limits;
        this.time = time;
        all = ReadAll().ToImmutableSortedDictionary(static one => one.Name, static one => one, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public IReadOnlyList<Schedule> All => [.. Volatile.Read(ref all).Values];

    /// <inheritdoc/>
    /// <exception cref="CatalogException">Its name or cron expression is none, a text is too long, there are too many,
    /// or the catalog cannot be written.</exception>
    public Schedule Put(Schedule schedule)
    {
        CatalogText.RequireName("a schedule", schedule.Name);
        _ = CronTimes.Read(schedule.Cron, limits, time.GetUtcNow());
        CatalogText.RequireLength("the program", schedule.Program, limits.TextCharactersMax);
        CatalogText.RequireLength("the environment", schedule.Environment, limits.TextCharactersMax);
        CatalogText.RequireLength("the author", schedule.Author, limits.TextCharactersMax);
        Schedule kept;
        lock (changing)
        {
            Schedule? before = all.GetValueOrDefault(schedule.Name);
            if (before is null && all.Count >= limits.SchedulesMax)
            {
                throw new CatalogException(CatalogError.Invalid,
                    $"there are {limits.SchedulesMax} schedules already, which is the limit; remove one");
            }
            // What came of the last run is the catalog's to say.
            kept = schedule with { LastRun = before?.LastRun, LastResult = before?.LastResult };
            Keep(kept);
        }
        Changed?.Invoke();
        return kept;
    }

    /// <inheritdoc/>
    /// <exception cref="CatalogException">The catalog cannot be written.</exception>
    public bool Remove(string name)
    {
        lock (changing)
        {
            if (!all.ContainsKey(name))
                return false;
            database.Change(connection => connection.Execute(
                "DELETE FROM schedules WHERE name = @name", new { name }));
            Volatile.Write(ref all, all.Remove(name));
        }
        Changed?.Invoke();
        return true;
    }

    /// <inheritdoc/>
    /// <exception cref="CatalogException">The catalog cannot be written.</exception>
    public void NoteRun(string name, DateTimeOffset at, string result)
    {
        lock (changing)
        {
            if (all.GetValueOrDefault(name) is { } known)
            {
                Keep(known with
                {
                    LastRun = CatalogTime.Kept(at), LastResult = CatalogText.Start(result, limits.TextCharactersMax),
                });
            }
        }
    }

    private void Keep(Schedule schedule)
    {
        database.Change(connection => connection.Execute("""
            INSERT OR REPLACE INTO schedules
            VALUES (@Name, @Cron, @Program, @Environment, @IsEnabled, @Author, @LastRun, @LastResult)
            """, Row.Of(schedule)));
        Volatile.Write(ref all, all.SetItem(schedule.Name, schedule));
    }

    private List<Schedule> ReadAll() => database.Read(static connection => connection.Query<Row>("""
        SELECT name AS Name, cron AS Cron, program AS Program, environment AS Environment, is_enabled AS IsEnabled,
            author AS Author, last_run_us AS LastRun, last_result AS LastResult
        FROM schedules
        """).Select(static row => row.ToSchedule()).ToList());

    private sealed record Row
    {
        public required string Name { get; init; }

        public required string Cron { get; init; }

        public required string? Program { get; init; }

        public required string? Environment { get; init; }

        public required long IsEnabled { get; init; }

        public required string Author { get; init; }

        public required long? LastRun { get; init; }

        public required string? LastResult { get; init; }

        public static Row Of(Schedule schedule) => new()
        {
            Name = schedule.Name,
            Cron = schedule.Cron,
            Program = schedule.Program,
            Environment = schedule.Environment,
            IsEnabled = schedule.IsEnabled ? 1 : 0,
            Author = schedule.Author,
            LastRun = schedule.LastRun is { } at ? CatalogTime.Micros(at) : null,
            LastResult = schedule.LastResult,
        };

        public Schedule ToSchedule() => new()
        {
            Name = Name,
            Cron = Cron,
            Program = Program,
            Environment = Environment,
            IsEnabled = IsEnabled != 0,
            Author = Author,
            LastRun = LastRun is { } at ? CatalogTime.Of(at) : null,
            LastResult = LastResult,
        };
    }
}
