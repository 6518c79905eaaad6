using DuckDB.NET.Data;

namespace SideEye.Store;

/// <summary>What DuckDB may use while a snapshot file is open.</summary>
public sealed record StoreLimits
{
    /// <summary>For writing, which happens beside production: a snapshot of 100,000 goroutines fits easily.</summary>
    public static StoreLimits ForWriting { get; } = new() { MemoryBytesMax = 256L << 20, ThreadsMax = 1 };

    /// <summary>For queries, which sort and aggregate: 100,000 distinct stacks of depth 14 fit.</summary>
    public static StoreLimits ForReading { get; } = new() { MemoryBytesMax = 1L << 30 };

    /// <summary>Memory that DuckDB may hold, in bytes.</summary>
    public required long MemoryBytesMax { get; init; }

    /// <summary>Threads that DuckDB may run.</summary>
    public int ThreadsMax { get; init; } = 2;

    /// <summary>Bytes of a file below which a query runs on one thread: to share so little costs more than it saves.
    /// </summary>
    public long OneThreadBytesMax { get; init; } = 16L << 20;

    /// <summary>Characters of a query.</summary>
    public int SqlCharactersMax { get; init; } = 100_000;

    /// <summary>Brackets within brackets in a query, and tables or queries that it joins or unites.</summary>
    public int SqlNestingMax { get; init; } = 200;

    /// <summary>Squares of the depths of all expressions in a query, times 3 for each subquery and lambda around one:
    /// about what planning takes. One <c>a + b + c + ...</c> may have 150 parts, which DuckDB plans in 0.2 s; or eight
    /// subqueries are in each other.</summary>
    public long SqlExpressionsMax { get; init; } = 2_500_000;

    /// <summary>Threads for queries of one file.</summary>
    internal int ThreadsFor(long fileBytes) => fileBytes < OneThreadBytesMax ? 1 : ThreadsMax;

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
