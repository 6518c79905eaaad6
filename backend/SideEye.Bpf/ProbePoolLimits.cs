namespace SideEye.Bpf;

/// <summary>What a pool of probes keeps while nobody uses it.</summary>
public sealed record ProbePoolLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static ProbePoolLimits Default { get; } = new();

    /// <summary>Probes at rest; those that rest longest go first. Each has tables of 12 MB and 16 MB for half-full
    /// chunks beside the room for records that is counted.</summary>
    public int ProbesMax { get; init; } = 8;

    /// <summary>Bytes of records for which they have room together.</summary>
    public long BytesMax { get; init; } = 256L << 20;

    /// <summary>How long one rests before it is unloaded: longer than dashboards are apart that refresh.</summary>
    public TimeSpan RestMax { get; init; } = TimeSpan.FromSeconds(90);
}
