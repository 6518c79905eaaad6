namespace SideEye.Grafana.Hosting;

/// <summary>What the plugin takes from Grafana, and how long it takes to go.</summary>
public sealed record HostLimits
{
    /// <summary>What is used unless somebody says otherwise.</summary>
    public static HostLimits Default { get; } = new();

    /// <summary>Bytes of a request.</summary>
    public int RequestBytesMax { get; init; } = 64 << 20;

    /// <summary>Calls at once: Grafana sends all over one connection, and the next one would hang.</summary>
    public int CallsMax { get; init; } = 10_000;

    /// <summary>Queries of one request that run at once.</summary>
    public int QueriesAtOnceMax { get; init; } = 16;

    /// <summary>Rows of one message where an answer comes in chunks.</summary>
    public int ChunkRowsMax { get; init; } = 16_384;

    /// <summary>After this time the process ends, whatever still runs: Grafana kills it after 2 s.</summary>
    public TimeSpan ShutdownTimeMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of the path of a socket; the kernel's limit.</summary>
    public int SocketPathBytesMax { get; init; } = 107;

    /// <summary>Sockets of dead plugins that are looked at on start.</summary>
    public int LeftoversMax { get; init; } = 100;
}
