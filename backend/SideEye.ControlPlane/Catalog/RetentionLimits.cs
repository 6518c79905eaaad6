namespace SideEye.ControlPlane.Catalog;

/// <summary>How long snapshots are kept. Pinned ones stay whatever the limits, and so does the newest of each program
/// and environment.</summary>
public sealed record RetentionLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static RetentionLimits Default { get; } = new();

    /// <summary>How old a snapshot becomes; null for any age.</summary>
    public TimeSpan? AgeMax { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many there are, not counting pinned ones; null for any number.</summary>
    public int? CountMax { get; init; } = 2_000;

    /// <summary>Bytes of all files, those of pinned ones among them; null for any size.</summary>
    public long? BytesMax { get; init; } = 10L << 30;

    /// <summary>How often ages are looked at; number and size are, besides, with every new snapshot.</summary>
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromMinutes(1);
}
