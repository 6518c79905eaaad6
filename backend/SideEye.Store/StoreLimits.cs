using DuckDB.NET.Data;

namespace SideEye.Store;

/// <summary>What DuckDB may use while a snapshot file is open.</summary>
public sealed record StoreLimits
{
    /// <summary>Memory that DuckDB may hold, in bytes.</summary>
    public long MemoryBytesMax { get; init; } = 256L << 20;

    /// <summary>Threads that DuckDB may run.</summary>
    public int ThreadsMax { get; init; } = 2;

    internal DuckDBConnectionStringBuilder ConnectionString(string path) => new()
    {
        DataSource = path,
        MemoryLimit = $"{MemoryBytesMax / 1024}KiB",
        Threads = ThreadsMax,
        AutoloadKnownExtensions = false,
        AutoinstallKnownExtensions = false,
        AllowCommunityExtensions = false,
    };
}
