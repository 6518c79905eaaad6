using Cronos;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The times of a cron expression, in UTC.</summary>
internal sealed class CronTimes
{
    /// <summary>Looked at for two that are too near: more than a day of the most frequent that are allowed in one
    /// hour, whose pattern is the same in every hour.</summary>
    private const int TimesLookedAt = 1_000;

    private readonly CronExpression expression;

    private CronTimes(CronExpression expression) => this.expression = expression;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="CatalogException">It is none, means no time at all, or times that are too near.</exception>
    public static CronTimes Read(string cron, ScheduleLimits limits, DateTimeOffset now)
    {
        CatalogText.RequireLength("the cron expression", cron, limits.CronCharactersMax);
        int fields = cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        if (fields is not (5 or 6))
        {
            throw Invalid(cron, "it has minute, hour, day of the month, month and day of the week, and may have "
                + "seconds in front, such as \"*/5 * * * *\"");
        }
        CronTimes times;
        try
        {
            CronFormat format = fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard;
            times = new CronTimes(CronExpression.Parse(cron, format));
        }
        catch (CronFormatException e)
        {
            throw Invalid(cron, e.Message);
        }
        times.RequireTimes(cron, limits, now);
        return times;
    }

    /// <summary>The first time after another; null when there is none.</summary>
    public DateTimeOffset? After(DateTimeOffset at) =>
        expression.GetNextOccurrence(at.UtcDateTime) is { } next ? new DateTimeOffset(next, TimeSpan.Zero) : null;

    private void RequireTimes(string cron, ScheduleLimits limits, DateTimeOffset now)
    {
        DateTimeOffset? before = After(now) ?? throw Invalid(cron, "it means no time at all");
        for (int i = 0; i < TimesLookedAt && After(before.Value) is { } next; i++)
        {
            if (next - before < limits.IntervalMin)
                throw Invalid(cron, $"its times are nearer than {limits.IntervalMin.TotalSeconds:0.#} s to each other");
            before = next;
        }
    }

    private static CatalogException Invalid(string cron, string why) =>
        new(CatalogError.Invalid, $"{CatalogText.Shown(cron)} is no cron expression for a schedule: {why}");
}
