namespace SideEye.Store;

/// <summary>How much one query may yield and how long it may take.</summary>
public sealed record QueryLimits
{
    /// <summary>No limit on rows or time: for a person at a terminal, who can interrupt.</summary>
    public static QueryLimits None { get; } = new();

    /// <summary>Rows that the result may have; one more is an error, never a silent cut.</summary>
    public long RowsMax { get; init; } = long.MaxValue;

    /// <summary>Time that the query may run until its last row.</summary>
    public TimeSpan TimeMax { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Bytes by which the memory of the whole process may grow while the query runs. What DuckDB's functions make, row
    /// by row, is outside of its own memory limit.
    /// </summary>
    public long GrowthBytesMax { get; init; } = long.MaxValue;
}
