namespace SideEye.Benchmarks;

/// <summary>Repetitions of one figure.</summary>
internal sealed class Samples
{
    private readonly List<double> values = [];

    public int Count => values.Count;

    public double Best => values.Min();

    public double Worst => values.Max();

    /// <summary>The middle value; of an even number the upper of the two, so as not to flatter.</summary>
    public double Median => values.Order().ElementAt(values.Count / 2);

    public void Add(double value) => values.Add(value);
}

/// <summary>What a figure counts, which decides how it is printed.</summary>
internal enum Unit
{
    /// <summary>Nanoseconds.</summary>
    Time,

    /// <summary>Bytes.</summary>
    Memory,
}
