using System.Globalization;
using System.Text.RegularExpressions;

namespace SideEye.Plugin.Settings;

/// <summary>Times as people write them in Grafana: 500ms, 10s, 5m, 1h, 1m30s, 2d.</summary>
internal static partial class Durations
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="what">What it is for, for the message.</param>
    /// <exception cref="FormatException">It is none, or too long.</exception>
    internal static TimeSpan Parse(string text, string what)
    {
        Match match = text.Length <= 64 ? Whole().Match(text.Trim()) : Match.Empty;
        if (!match.Success)
        {
            throw new FormatException(
                $"{what} is '{Short(text)}', which is no duration: write 500ms, 10s, 5m, 1h or 1d");
        }
        double seconds = 0;
        foreach (Capture part in match.Groups["part"].Captures)
        {
            int unit = part.Value.AsSpan().IndexOfAnyExcept("0123456789.".AsSpan());
            double number = double.Parse(part.Value.AsSpan(0, unit), CultureInfo.InvariantCulture);
            seconds += number * part.Value[unit..] switch
            {
                "ms" => 0.001,
                "s" => 1,
                "m" => 60,
                "h" => 3_600,
                _ => 86_400,
            };
        }
        if (seconds > Longest.TotalSeconds)
            throw new FormatException($"{what} is '{Short(text)}', which is longer than ten years");
        return TimeSpan.FromSeconds(seconds);
    }

    private static string Short(string text) => text.Length <= 64 ? text : text[..64] + "...";

    [GeneratedRegex(@"^(?<part>\d{1,9}(\.\d{1,9})?(ms|s|m|h|d))+$")]
    private static partial Regex Whole();
}
