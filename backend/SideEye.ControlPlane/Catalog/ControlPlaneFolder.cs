using Microsoft.Extensions.Logging;

namespace SideEye.ControlPlane.Catalog;

/// <summary>All that a control plane keeps, in one folder that is its own while it is open.</summary>
public sealed class ControlPlaneFolder : IAsyncDisposable
{
    private readonly CatalogDatabase database;
    private readonly Retention retention;

    private ControlPlaneFolder(
        CatalogDatabase database, ControlPlaneFolderOptions options, TimeProvider time, ILoggerFactory logs)
    {
        this.database = database;
        Audit = new AuditLog(database, options.Audit, time, logs.CreateLogger<AuditLog>());
        Schedules = new Schedules(database, options.Schedules, time);
        Names = new ProcessNames(database, options.Names, time, logs.CreateLogger<ProcessNames>());
        Shelf = SnapshotShelf.Open(database, logs.CreateLogger<SnapshotShelf>());
        Specs = SpecLibrary.Open(database, options.Specs, time, logs.CreateLogger<SpecLibrary>());
        retention = Retention.Start(Shelf, options.Retention, time, logs.CreateLogger<Retention>());
    }

    /// <summary>Snapshots.</summary>
    public SnapshotShelf Shelf { get; }

    /// <summary>The spec in force.</summary>
    public SpecLibrary Specs { get; }

    /// <summary>Snapshots that are taken by the clock; <see cref="Scheduler"/> takes them.</summary>
    public Schedules Schedules { get; }

    /// <summary>Names of processes.</summary>
    public ProcessNames Names { get; }

    /// <summary>Who did what.</summary>
    public AuditLog Audit { get; }

    /// <summary>Opens a folder and begins to keep it tidy.</summary>
    /// <exception cref="CatalogException">Another control plane has the folder, or it cannot be used; for people.
    /// </exception>
    public static ControlPlaneFolder Open(
        ControlPlaneFolderOptions options, TimeProvider time, ILoggerFactory logs)
    {
        CatalogDatabase database = CatalogDatabase.Open(options.Folder);
        try
        {
            return new ControlPlaneFolder(database, options, time, logs);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Ends what goes on in it and gives the folder free. Snapshots must not be written any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await retention.DisposeAsync().ConfigureAwait(false);
        await Specs.DisposeAsync().ConfigureAwait(false);
        database.Dispose();
    }
}
