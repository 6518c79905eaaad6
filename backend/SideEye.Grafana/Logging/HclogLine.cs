using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace SideEye.Grafana.Logging;

/// <summary>
/// A line as the host of plugins reads it: JSON, every value a text, and a time with exactly six digits. Anything else
/// is shown as a debug message, or takes Grafana down with it.
/// </summary>
internal static class HclogLine
{
    /// <summary>The host cuts lines at 64 KiB. Ten texts with each letter escaped to six bytes fit.</summary>
    internal const int TextCharactersMax = 900;

    private const int ErrorCharactersMax = 1_000;

    private const int PairsMax = 7;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Writes one line, with its line feed.</summary>
    internal static byte[] Write(
        DateTimeOffset time, LogLevel level, string module, string message,
        IEnumerable<KeyValuePair<string, object?>> pairs, Exception? exception)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line, Options))
        {
            json.WriteStartObject();
            json.WriteString("@level", Word(level));
            json.WriteString("@message", Cut(message));
            json.WriteString("@module", Cut(module));
            json.WriteString(
                "@timestamp",
                time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            HashSet<string> written = ["error"];
            foreach ((string key, object? value) in pairs.Take(PairsMax))
            {
                // Templates bring their own text as a pair in braces; the host's own keys begin with an at sign.
                if (key.Length > 0 && key.Length <= 64 && key[0] is not ('{' or '@') && written.Add(key))
                    json.WriteString(key, Cut(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
            }
            if (exception is not null)
                json.WriteString("error", Cut(exception.ToString(), ErrorCharactersMax));
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    /// <summary>The level of a word of the host's; info where it is none.</summary>
    internal static LogLevel LevelOf(string? word) => word?.Trim().ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        _ => LogLevel.Information,
    };

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    // A lone half of a surrogate pair cannot be written as UTF-8; the writer replaces it.
    private static string Cut(string text, int most = TextCharactersMax) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, most), "...");
}
