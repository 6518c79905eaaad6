using System.Collections.Immutable;

namespace SideEye.ControlPlane.Freshness;

/// <summary>Counts numbers by size.</summary>
/// <param name="bounds">Upper ends of the buckets, growing; one without an end comes behind.</param>
internal sealed class Histogram(ImmutableArray<double> bounds)
{
    private readonly long[] buckets = new long[bounds.Length + 1];
    private double sum;

    /// <summary>What was counted until now.</summary>
    public HistogramCounts Counts => new(bounds, [.. buckets], sum);

    /// <summary>Counts a number.</summary>
    public void Add(double number)
    {
        int bucket = 0;
        while (bucket < bounds.Length && number > bounds[bucket])
            bucket++;
        buckets[bucket]++;
        sum += number;
    }
}

/// <summary>Numbers counted by size.</summary>
/// <param name="Bounds">Upper ends of the buckets but the last, which has none.</param>
/// <param name="Buckets">How many numbers each bucket has.</param>
/// <param name="Sum">Of all numbers.</param>
public sealed record HistogramCounts(ImmutableArray<double> Bounds, ImmutableArray<long> Buckets, double Sum);
