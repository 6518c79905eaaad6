using DuckDB.NET.Data;

namespace SideEye.Store;

/// <summary>
/// DuckDB instances that are open before somebody needs one, and closed when nobody waits any more: either takes 5 to
/// 15 ms, for the catalogue of all its functions, and to attach a file to one that is open a third of that. Whoever
/// takes one gets another made a moment later. Safe for use by several threads.
/// </summary>
public sealed class SpareInstances : IDisposable
{
    /// <summary>After this nobody waits for what the last one was taken for, mostly.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);

    private readonly Func<DuckDBConnection> open;
    private readonly Lock gate = new();
    private DuckDBConnection? spare;
    private bool isFilling;
    private bool isDisposed;

    private SpareInstances(StoreLimits limits, Func<DuckDBConnection> open)
    {
        Limits = limits;
        this.open = open;
    }

    /// <summary>Of the instances.</summary>
    internal StoreLimits Limits { get; }

    /// <summary>Instances to read snapshot files with.</summary>
    public static SpareInstances ForReading(StoreLimits limits) => new(limits, () => OpenToRead(limits));

    /// <summary>Instances to write snapshot files with.</summary>
    public static SpareInstances ForWriting(StoreLimits limits) => new(limits, () => OpenToWrite(limits));

    /// <summary>Closes the spare one, and makes no more.</summary>
    public void Dispose()
    {
        DuckDBConnection? last;
        lock (gate)
        {
            isDisposed = true;
            last = spare;
            spare = null;
        }
        last?.Dispose();
    }

    /// <summary>An instance without a file, to read with.</summary>
    /// <exception cref="DuckDBException">There is no memory or thread for it.</exception>
    internal static DuckDBConnection OpenToRead(StoreLimits limits)
    {
        DuckDBConnectionStringBuilder settings = limits.ConnectionString(":memory:");
        // What a person only reads gets no spill file beside it.
        settings.TempDirectory = "";
        settings.Threads = 1; // until it is known what is read
        return Opened(settings);
    }

    /// <summary>An instance without a file, to write with.</summary>
    /// <exception cref="DuckDBException">As for <see cref="OpenToRead"/>.</exception>
    internal static DuckDBConnection OpenToWrite(StoreLimits limits)
    {
        DuckDBConnectionStringBuilder settings = limits.ConnectionString(":memory:");
        // All rows are one transaction, whose commit brings many into the file at once, so that they leave memory; few
        // wait for what is derived from them.
        settings.CheckpointThreshold = "16MB";
        return Opened(settings);
    }

    /// <summary>The spare instance, or one that is opened now.</summary>
    /// <exception cref="DuckDBException">As for <see cref="OpenToRead"/>.</exception>
    internal DuckDBConnection Take()
    {
        DuckDBConnection? taken;
        bool fill;
        lock (gate)
        {
            taken = spare;
            spare = null;
            fill = !isFilling && !isDisposed;
            isFilling |= fill;
        }
        if (fill)
            _ = FillAsync();
        return taken ?? open();
    }

    /// <summary>Closes what was taken, without anybody waiting for it.</summary>
    internal static void Discard(IDisposable taken) => _ = Task.Run(taken.Dispose);

    private async Task FillAsync()
    {
        await Task.Delay(Rest).ConfigureAwait(false);
        DuckDBConnection? made = null;
        try
        {
            made = open();
        }
        catch (DuckDBException)
        {
            // Who takes the next one is told.
        }
        lock (gate)
        {
            isFilling = false;
            if (!isDisposed && spare is null)
                (spare, made) = (made, null);
        }
        made?.Dispose();
    }

    private static DuckDBConnection Opened(DuckDBConnectionStringBuilder settings)
    {
        DuckDBConnection connection = new(settings.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
