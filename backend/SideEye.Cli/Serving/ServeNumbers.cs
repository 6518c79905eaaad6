using System.Globalization;

namespace SideEye.Cli.Serving;

/// <summary>Spans of time and sizes as people write them in options.</summary>
internal static class ServeNumbers
{
    private static readonly (string Unit, double Seconds)[] Spans =
        [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)];

    private static readonly (string Unit, double Bytes)[] Sizes =
    [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1L << 40),
        ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ];

    /// <summary>A span such as 10s, 90m, 12h, 7d; null where nothing was given.</summary>
    /// <exception cref="CommandFailedException">It is none, or none that makes sense.</exception>
    public static TimeSpan? Span(string option, string? text)
    {
        if (text is null)
            return null;
        double? seconds = Number(text, Spans);
        return seconds is > 0 and < 1e10 ? TimeSpan.FromSeconds(seconds.Value)
            : throw Wrong($"{option} '{text}' is no span of time; write it as 30s, 90m, 12h or 7d");
    }

    /// <summary>A size such as 500MB or 10GiB; null where nothing was given.</summary>
    /// <exception cref="CommandFailedException">It is none, or none that makes sense.</exception>
    public static long? Size(string option, string? text)
    {
        if (text is null)
            return null;
        double? bytes = Number(text, Sizes);
        return bytes is >= 1 and < 1e18 ? (long)bytes.Value
            : throw Wrong($"{option} '{text}' is no size; write it as 500MB or 10GiB");
    }

    /// <summary>How many; null where nothing was given.</summary>
    /// <exception cref="CommandFailedException">It is no number above zero.</exception>
    public static int? Count(string option, string? text)
    {
        if (text is null)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 ? count
            : throw Wrong($"{option} '{text}' is no number above zero");
    }

    private static double? Number(string text, (string Unit, double Factor)[] units)
    {
        foreach ((string unit, double factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(
                text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out double number))
            {
                return number * factor;
            }
        }
        return null;
    }

    private static CommandFailedException Wrong(string message) => new(message, ExitCode.WrongUsage);
}
