using Microsoft.Extensions.Logging;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Freshness;
using SideEye.ControlPlane.Queries;
using SideEye.ControlPlane.Queries.Workers;
using SideEye.Protocol.ControlPlane;

namespace SideEye.ControlPlane.Serving;

/// <summary>A control plane: how its parts are put together, and the order in which they end.</summary>
public sealed class RunningControlPlane : IAsyncDisposable
{
    // In the order of their making; they end in the other.
    private readonly Stack<IAsyncDisposable> parts = [];
    private ControlPlaneServer? server;
    private HealthReport? health;

    private RunningControlPlane()
    {
    }

    /// <summary>Where it listens, as a URL.</summary>
    public string Address => server!.Address;

    /// <summary>Whether every agent answers.</summary>
    public bool DoAllAgentsAnswer => Health.Agents.All(static one => one.IsOk);

    /// <summary>How it and its agents are now, in lines for people.</summary>
    public IReadOnlyList<string> Words
    {
        get
        {
            HealthResponse now = Health;
            return
            [
                now.Message,
                .. now.Agents.Select(static one => one.Message.Contains(one.Address, StringComparison.Ordinal)
                    ? one.Message : $"{one.Address}: {one.Message}"),
            ];
        }
    }

    private HealthResponse Health => health!.Now(new HealthRequest());

    /// <summary>A control plane that serves.</summary>
    /// <param name="options">How.</param>
    /// <param name="logs">Where the log goes.</param>
    /// <param name="stop">Cancelled to give the start up.</param>
    /// <exception cref="ControlPlaneStartException">It cannot start so; for people.</exception>
    public static async Task<RunningControlPlane> StartAsync(
        ControlPlaneOptions options, ILoggerFactory logs, CancellationToken stop)
    {
        RunningControlPlane running = new();
        try
        {
            await running.MakeAsync(options, logs, stop).ConfigureAwait(false);
            return running;
        }
        catch (Exception e)
        {
            await running.DisposeAsync().ConfigureAwait(false);
            if (e is CatalogException or FleetException)
                throw new ControlPlaneStartException(e.Message, e);
            throw;
        }
    }

    /// <summary>Ends when something stops the server, such as a signal.</summary>
    public Task WaitAsync(CancellationToken stop) => server!.WaitAsync(stop);

    /// <summary>Ends all of it: first nobody comes in any more, at last the data folder is given free.</summary>
    public async ValueTask DisposeAsync()
    {
        while (parts.TryPop(out IAsyncDisposable? part))
            await part.DisposeAsync().ConfigureAwait(false);
    }

    private async Task MakeAsync(ControlPlaneOptions options, ILoggerFactory logs, CancellationToken stop)
    {
        TimeProvider time = TimeProvider.System;
        ControlPlaneFolder folder = Add(ControlPlaneFolder.Open(FolderOptions(options), time, logs));
        QueryRunnerLimits runnerLimits = QueryRunnerLimits.Default;
        QueryWorkers? workers = null;
        SharedAnswers answers = new(MakeRunner(options, runnerLimits, time, ref workers), runnerLimits, time);
        folder.Shelf.Removed += removed => answers.Forget(removed.Path);
        Fleet fleet = Add(await Fleet.StartAsync(
            options.Fleet, folder.Specs, time, logs.CreateLogger<Fleet>(), stop, folder.Agents).ConfigureAwait(false));
        SnapshotTaker taker = new(fleet, folder.Names, CapturingLimits.Default, time);
        CaptureCounts captures = new();
        SnapshotDesk desk = Add(new SnapshotDesk(
            taker, folder.Shelf, folder.Specs, folder.Audit, captures, Freshness(options), time));
        Add(Scheduler.Start(
            folder.Schedules, desk, ScheduleLimits.Default, time, logs.CreateLogger<Scheduler>()));
        Troubles troubles = new(folder, options.DataFolder, options.Limits);
        health = new HealthReport(fleet, troubles.Now);
        server = Add(await ControlPlaneServer.StartAsync(
            options,
            new ControlPlaneParts
            {
                Fleet = fleet, Specs = folder.Specs, Names = folder.Names, Shelf = folder.Shelf,
                Schedules = folder.Schedules, Added = folder.Agents, Audit = folder.Audit, Desk = desk,
                Captures = captures, Answers = answers, Workers = workers,
                RunnerLimits = runnerLimits, Troubles = troubles.Now, Time = time,
                ScratchFolder = EmptyFolder(options.DataFolder, "exports"),
            },
            logs, stop).ConfigureAwait(false));
    }

    private IQueryRunner MakeRunner(
        ControlPlaneOptions options, QueryRunnerLimits limits, TimeProvider time, ref QueryWorkers? workers)
    {
        if (options.QueryProgram is null)
        {
            QueryRunner runner = new(limits);
            Add(new Ending(runner));
            return runner;
        }
        workers = new QueryWorkers(options.QueryProgram, limits, WorkerLimits.Default, time);
        Add(new Ending(workers));
        return workers;
    }

    /// <summary>A folder of the data folder in which a control plane that was killed may have left something.</summary>
    private static string EmptyFolder(string data, string name)
    {
        string folder = Path.Combine(data, name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static ControlPlaneFolderOptions FolderOptions(ControlPlaneOptions options) => new()
    {
        Folder = options.DataFolder,
        Specs = new SpecLibraryOptions { Files = options.SpecPaths },
        Retention = RetentionLimits.Default with
        {
            AgeMax = options.KeepAge ?? RetentionLimits.Default.AgeMax,
            CountMax = options.KeepCount ?? RetentionLimits.Default.CountMax,
            BytesMax = options.KeepBytes ?? RetentionLimits.Default.BytesMax,
        },
    };

    private static FreshnessLimits Freshness(ControlPlaneOptions options) => FreshnessLimits.Default with
    {
        MaxAgeDefault = options.MaxAge ?? FreshnessLimits.Default.MaxAgeDefault,
    };

    private T Add<T>(T part)
        where T : IAsyncDisposable
    {
        parts.Push(part);
        return part;
    }

    /// <summary>Something that ends at once.</summary>
    private sealed class Ending(IDisposable what) : IAsyncDisposable
    {
        /// <inheritdoc/>
        public ValueTask DisposeAsync()
        {
            what.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
