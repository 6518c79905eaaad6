using System.Globalization;

namespace SideEye.Capture.Values.Wellknown;

/// <summary>Times and durations as Go prints them.</summary>
internal static class TimeText
{
    // time/time.go: wall's top bit says that it holds seconds since 1885 and ext a monotonic clock; else ext holds the
    // seconds since year 1, and wall only nanoseconds.
    private const ulong HasMonotonic = 1UL << 63;
    private const ulong NanosecondsMask = (1UL << 30) - 1;
    private const long SecondsOf1885 = (1884L * 365 + 1884 / 4 - 1884 / 100 + 1884 / 400) * 86400;

    private const long SecondsPerDay = 86400;
    private const long DaysPer400Years = 146097;

    /// <summary>A time.Time in UTC: RFC 3339 with as many decimals as are not zero (time.RFC3339Nano). Which zone the
    /// program would show it in is not looked at.</summary>
    /// <param name="wall">The field wall.</param>
    /// <param name="ext">The field ext.</param>
    public static string Of(ulong wall, long ext)
    {
        long seconds = (wall & HasMonotonic) != 0 ? SecondsOf1885 + (long)(wall << 1 >> 31) : ext;
        long nanoseconds = (long)(wall & NanosecondsMask);
        long days = Math.DivRem(seconds, SecondsPerDay, out long rest);
        if (rest < 0)
        {
            rest += SecondsPerDay;
            days--;
        }
        (long year, int month, int day) = Date(days);
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Year(year)}-{month:00}-{day:00}T{rest / 3600:00}:{rest / 60 % 60:00}:{rest % 60:00}");
        return $"{text}{Fraction(nanoseconds, 9)}Z";
    }

    /// <summary>A time.Duration as its String method prints it: <c>1h2m3.5s</c>, <c>20ms</c>.</summary>
    public static string OfDuration(long nanoseconds)
    {
        if (nanoseconds == 0)
            return "0s";
        string sign = nanoseconds < 0 ? "-" : "";
        ulong count = nanoseconds < 0 ? (ulong)-(nanoseconds + 1) + 1 : (ulong)nanoseconds;
        if (count < 1_000)
            return $"{sign}{count}ns";
        if (count < 1_000_000)
            return $"{sign}{count / 1_000}{Fraction((long)(count % 1_000), 3)}µs";
        if (count < 1_000_000_000)
            return $"{sign}{count / 1_000_000}{Fraction((long)(count % 1_000_000), 6)}ms";
        ulong seconds = count / 1_000_000_000;
        string rest = $"{seconds % 60}{Fraction((long)(count % 1_000_000_000), 9)}s";
        ulong minutes = seconds / 60;
        if (minutes == 0)
            return sign + rest;
        return minutes < 60 ? $"{sign}{minutes}m{rest}" : $"{sign}{minutes / 60}h{minutes % 60}m{rest}";
    }

    private static string Year(long year) => year < 0
        ? string.Create(CultureInfo.InvariantCulture, $"-{-year:0000}")
        : year.ToString("0000", CultureInfo.InvariantCulture);

    private static string Fraction(long value, int digits) => value == 0
        ? ""
        : "." + value.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0').TrimEnd('0');

    /// <summary>The proleptic Gregorian date that many days after 1 January of year 1.</summary>
    private static (long Year, int Month, int Day) Date(long days)
    {
        long cycles = Math.DivRem(days, DaysPer400Years, out long day);
        if (day < 0)
        {
            day += DaysPer400Years;
            cycles--;
        }
        // Within 400 years from year 1 on the framework's calendar is the same.
        DateTime date = DateTime.MinValue.AddDays(day);
        return ((cycles * 400) + date.Year, date.Month, date.Day);
    }
}
