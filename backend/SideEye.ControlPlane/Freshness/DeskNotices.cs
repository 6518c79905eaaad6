using System.Globalization;
using SideEye.ControlPlane.Catalog;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Freshness;

/// <summary>What people are told about the snapshot that they get.</summary>
internal static class DeskNotices
{
    // Agents say so; docs/agent.md tells what it is.
    private const string Budget = "pause budget";

    /// <summary>What the snapshot itself has to say.</summary>
    public static IEnumerable<Notice> Of(KeptSnapshot snapshot, FreshnessLimits limits)
    {
        if (snapshot.Error is string error)
        {
            yield return Warning(
                error.Contains(Budget, StringComparison.Ordinal) ? "budget" : "partial",
                $"Part of the snapshot is missing: {Cut(error, limits)}.");
        }
        if (snapshot.IsTruncated)
        {
            yield return Warning("truncated",
                "A limit or deadline cut the snapshot; column truncated of its tables says where.");
        }
    }

    /// <summary>The snapshot is older than was asked for.</summary>
    public static Notice Stale(TimeSpan age, string why) =>
        Warning("stale", $"This snapshot is {Words(age)} old: {why}.");

    /// <summary>The snapshot is older than was asked for, because a capture failed.</summary>
    public static Notice Failed(TimeSpan age, string reason, FreshnessLimits limits) => Warning(
        reason.Contains(Budget, StringComparison.Ordinal) ? "budget" : "stale",
        $"This snapshot is {Words(age)} old: the last capture failed: {Cut(reason, limits)}.");

    /// <summary>A span of time as people say it.</summary>
    public static string Words(TimeSpan span)
    {
        FormattableString text = span.TotalSeconds switch
        {
            < 10 => $"{span.TotalSeconds:0.0} s",
            < 120 => $"{span.TotalSeconds:0} s",
            < 7200 => $"{span.TotalMinutes:0} min",
            < 172_800 => $"{span.TotalHours:0} h",
            _ => $"{span.TotalDays:0} days",
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }

    private static string Cut(string reason, FreshnessLimits limits)
    {
        string text = reason.TrimEnd('.');
        return text.Length <= limits.ReasonCharactersMax ? text : text[..limits.ReasonCharactersMax] + "...";
    }

    private static Notice Warning(string kind, string text) =>
        new() { Severity = "warning", Kind = kind, Text = text };
}
