namespace SideEye.Store.Derivation;

/// <summary>What the SQL of a spec may cost; reaching a limit is an error of that table or column alone.</summary>
public sealed record DerivationLimits
{
    /// <summary>The limits that hold where nobody says otherwise.</summary>
    public static DerivationLimits Default { get; } = new();

    /// <summary>Time for one derived table, one extra column or one link.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Rows of one derived table.</summary>
    public long RowsMax { get; init; } = 1_000_000;

    /// <summary>Bytes by which one statement may grow the file.</summary>
    public long FileGrowthBytesMax { get; init; } = 1L << 30;

    /// <summary>Bytes that DuckDB may spill beside the file.</summary>
    public long SpillBytesMax { get; init; } = 1L << 30;

    /// <summary>Extra columns of one table.</summary>
    public int ColumnsPerTableMax { get; init; } = 200;

    /// <summary>Derived tables.</summary>
    public int TablesMax { get; init; } = 1_000;

    /// <summary>Links.</summary>
    public int LinksMax { get; init; } = 1_000;

    /// <summary>Characters of one piece of SQL.</summary>
    public int SqlCharsMax { get; init; } = 100_000;

    /// <summary>Rows that all links together may match, both directions counted.</summary>
    public long LinkMatchesMax { get; init; } = 5_000_000;
}
