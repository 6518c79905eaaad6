namespace SideEye.Grafana.Frames;

/// <summary>How far rows are turned into series.</summary>
public sealed record FrameLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static FrameLimits Default { get; } = new();

    /// <summary>Series of one answer: more cannot be told apart in a panel.</summary>
    public int SeriesMax { get; init; } = 1_000;

    /// <summary>Values of one answer in wide form, absent ones included: times by series.</summary>
    public int CellsMax { get; init; } = 5_000_000;
}
