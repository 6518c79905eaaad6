namespace SideEye.Protocol;

/// <summary>What either side takes from the other.</summary>
public sealed record ProtocolLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static ProtocolLimits Default { get; } = new();

    /// <summary>Bytes of a message; rows are cut into batches well below.</summary>
    public int MessageBytesMax { get; init; } = 64 << 20;

    /// <summary>Rows of a batch that a sender makes.</summary>
    public int BatchRowsMax { get; init; } = 16_384;

    /// <summary>Clocks that differ by more are worth a warning.</summary>
    public TimeSpan ClockOffsetMax { get; init; } = TimeSpan.FromSeconds(1);
}
