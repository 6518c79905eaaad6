using System.Collections.Immutable;
using System.Globalization;

namespace SideEye.ControlPlane.Catalog;

/// <summary>Chooses which snapshots go.</summary>
internal static class RetentionChoice
{
    /// <summary>Those that go, oldest first, each with the reason for people.</summary>
    /// <param name="oldestFirst">All that there are.</param>
    /// <param name="limits">What may stay.</param>
    /// <param name="now">The time.</param>
    public static ImmutableArray<(KeptSnapshot Snapshot, string Reason)> Of(
        IReadOnlyList<KeptSnapshot> oldestFirst, RetentionLimits limits, DateTimeOffset now)
    {
        HashSet<string> newest = [.. oldestFirst.Where(static one => !one.IsPart)
            .GroupBy(static one => (one.Program, one.Environment)).Select(static same => same.Last().SnapshotId)];
        int count = oldestFirst.Count(static one => !one.IsPinned);
        long bytes = oldestFirst.Sum(static one => one.FileBytes);
        ImmutableArray<(KeptSnapshot, string)>.Builder chosen =
            ImmutableArray.CreateBuilder<(KeptSnapshot, string)>();
        foreach (KeptSnapshot one in oldestFirst)
        {
            if (one.IsPinned || newest.Contains(one.SnapshotId))
                continue;
            if (Reason(one, count, bytes, limits, now) is not string reason)
                break;
            chosen.Add((one, reason));
            count--;
            bytes -= one.FileBytes;
        }
        return chosen.ToImmutable();
    }

    /// <summary>Why the oldest goes; null when it stays, and with it all that are younger.</summary>
    private static string? Reason(
        KeptSnapshot oldest, int count, long bytes, RetentionLimits limits, DateTimeOffset now)
    {
        if (limits.AgeMax is { } ageMax && now - oldest.CapturedAt > ageMax)
            return $"it is older than {Words(ageMax)}";
        if (count > limits.CountMax)
            return string.Create(CultureInfo.InvariantCulture, $"there are more than {limits.CountMax.Value:N0}");
        return bytes > limits.BytesMax
            ? string.Create(CultureInfo.InvariantCulture, $"all have more than {limits.BytesMax.Value:N0} bytes")
            : null;
    }

    private static string Words(TimeSpan span) => span.TotalDays >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#} days")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} minutes");
}
