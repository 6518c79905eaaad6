namespace SideEye.Store.Export;

/// <summary>How much of a snapshot's views is written out; its tables are written in full.</summary>
public sealed record ExportLimits
{
    /// <summary>The limits that hold where nobody says otherwise.</summary>
    public static ExportLimits Default { get; } = new();

    /// <summary>Rows of a view that has to be written as a table.</summary>
    public long ViewRowsMax { get; init; } = 5_000_000;

    /// <summary>Time for one view.</summary>
    public TimeSpan ViewTimeMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Limits of the query for a view.</summary>
    internal QueryLimits View => new() { RowsMax = ViewRowsMax, TimeMax = ViewTimeMax };
}
