using System.Globalization;
using System.Text.Json.Nodes;

namespace SideEye.Testing;

/// <summary>
/// Compares a captured value with the one that is known. Texts in brackets stand for what one side cannot say, and
/// equal everything: "[cycle]", "[deep]", "[unloaded]", and "[redacted]" when asked for.
/// </summary>
public static class ValueDifference
{
    private const char NotUnicode = '\uFFFD';
    private static readonly string[] Unsaid = ["[cycle]", "[deep]", DelveRendering.Unloaded];

    /// <summary>The first difference, as "path: expected X, not Y"; null when the values are equal.</summary>
    /// <param name="expected">What the program knows.</param>
    /// <param name="actual">What was captured.</param>
    /// <param name="seesSecrets">Whether "[redacted]" equals everything: the capturing side does not redact.</param>
    public static string? Find(JsonNode? expected, JsonNode? actual, bool seesSecrets = false) =>
        Find("", expected, actual, seesSecrets);

    private static string? Find(string path, JsonNode? expected, JsonNode? actual, bool seesSecrets)
    {
        if (IsUnsaid(expected, seesSecrets) || IsUnsaid(actual, seesSecrets))
        {
            return null;
        }

        return (expected, actual) switch
        {
            (null, null) => null,
            (JsonObject left, JsonObject right) => InObject(path, left, right, seesSecrets),
            (JsonArray left, JsonArray right) => InArray(path, left, right, seesSecrets),
            // A map without entries does not tell what its keys are.
            (JsonObject { Count: 0 }, JsonArray { Count: 0 }) or (JsonArray { Count: 0 }, JsonObject { Count: 0 }) => null,
            (JsonValue left, JsonValue right) when AreEqual(left, right) => null,
            _ => $"{path}: expected {Shown(expected)}, not {Shown(actual)}",
        };
    }

    private static bool IsUnsaid(JsonNode? node, bool seesSecrets) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
            && (Unsaid.Contains(text) || (seesSecrets && text == "[redacted]"));

    private static string? InObject(string path, JsonObject expected, JsonObject actual, bool seesSecrets)
    {
        foreach (var (name, value) in expected)
        {
            if (!actual.TryGetPropertyValue(name, out var found))
            {
                return $"{path}.{name}: missing, expected {Shown(value)}";
            }

            if (Find($"{path}.{name}", value, found, seesSecrets) is { } difference)
            {
                return difference;
            }
        }

        var more = actual.Where(pair => !expected.ContainsKey(pair.Key)).Select(pair => pair.Key).FirstOrDefault();
        return more is null ? null : $"{path}.{more}: not expected, is {Shown(actual[more])}";
    }

    private static string? InArray(string path, JsonArray expected, JsonArray actual, bool seesSecrets)
    {
        if (expected.Count != actual.Count)
        {
            return $"{path}: expected {expected.Count} elements, not {actual.Count}: {Shown(actual)}";
        }

        if (expected.Count > 0 && (expected.All(IsEntry) || IsQueue(path)))
        {
            return InEntries(path, expected, actual, seesSecrets);
        }

        for (var i = 0; i < expected.Count; i++)
        {
            if (Find($"{path}[{i}]", expected[i], actual[i], seesSecrets) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static bool IsEntry(JsonNode? node) =>
        node is JsonObject { Count: 2 } entry && entry.ContainsKey("key") && entry.ContainsKey("value");

    // Goroutines that wait on a channel come in an order that only the scheduler knows.
    private static bool IsQueue(string path) =>
        path.EndsWith(".senders", StringComparison.Ordinal) || path.EndsWith(".receivers", StringComparison.Ordinal);

    // Entries of a map have no order.
    private static string? InEntries(string path, JsonArray expected, JsonArray actual, bool seesSecrets)
    {
        var left = actual.ToList();
        foreach (var entry in expected)
        {
            var found = left.FindIndex(candidate => Find("", entry, candidate, seesSecrets) is null);
            if (found < 0)
            {
                return $"{path}: no entry {Shown(entry)}; there are {Shown(actual)}";
            }

            left.RemoveAt(found);
        }

        return null;
    }

    private static bool AreEqual(JsonValue expected, JsonValue actual)
    {
        if (expected.TryGetValue<string>(out var text))
        {
            return actual.TryGetValue<string>(out var other) && WithOneMark(text) == WithOneMark(other);
        }

        var (left, right) = (expected.ToJsonString(), actual.ToJsonString());
        return left == right || (IsFraction(left, right) && Double(left) is { } number && number == Double(right));
    }

    // Integers beyond 2^53 must not become floating point on their way to equality.
    private static bool IsFraction(string left, string right) =>
        $"{left}{right}".AsSpan().IndexOfAny(".eE") >= 0 || left.Length < 16 || right.Length < 16;

    private static double? Double(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Decoders disagree on how many marks an invalid sequence of bytes becomes.
    private static string WithOneMark(string text)
    {
        for (var twice = new string(NotUnicode, 2); text.Contains(twice, StringComparison.Ordinal);)
        {
            text = text.Replace(twice, NotUnicode.ToString(), StringComparison.Ordinal);
        }

        return text;
    }

    private static string Shown(JsonNode? node)
    {
        const int charactersMax = 300;
        var text = node?.ToJsonString() ?? "null";
        return text.Length <= charactersMax ? text : $"{text.AsSpan(0, charactersMax)}...";
    }
}
