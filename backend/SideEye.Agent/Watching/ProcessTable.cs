using System.Collections.Immutable;
using SideEye.Agent.Options;
using SideEye.Agent.Snapshots;
using SideEye.Host;

namespace SideEye.Agent.Watching;

/// <summary>The watched processes, kept up to date by looks at /proc; whoever waits is told of each change.</summary>
public sealed partial class ProcessTable(
    AgentOptions options, BinaryCache binaries, QuietMemory memory, TimeProvider time, ILogger<ProcessTable> log)
    : BackgroundService
{
    private static readonly TimeSpan ClocksEvery = TimeSpan.FromSeconds(1);

    private readonly ProcessDiscovery discovery = new(binaries);
    private readonly WaitClocks waits = new(options, ClocksEvery, time);
    private readonly BirthClocks births = new(ClocksEvery, time);
    private readonly TaskCompletionSource firstLook = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile State state = new(ImmutableSortedDictionary<string, WatchedProcess>.Empty);

    /// <summary>The processes now, by key.</summary>
    public ImmutableSortedDictionary<string, WatchedProcess> Processes => state.Processes;

    /// <summary>Ends after the first look.</summary>
    public Task FirstLook => firstLook.Task;

    /// <summary>The processes now, and a task that ends when there are others.</summary>
    public (ImmutableSortedDictionary<string, WatchedProcess> Processes, Task Changed) Observe()
    {
        State now = state;
        return (now.Processes, now.Changed.Task);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(
            () => RunAsync(stoppingToken), stoppingToken, TaskCreationOptions.None, TaskScheduler.Default).Unwrap();

    private async Task RunAsync(CancellationToken stop)
    {
        // All that is due about now is done in one turn: waking up costs as much as many small looks.
        TimeSpan turn = options.KeepsClocks && options.LookEvery > ClocksEvery ? ClocksEvery : options.LookEvery;
        long last = 0;
        while (!stop.IsCancellationRequested)
        {
            long begun = time.GetTimestamp();
            try
            {
                if (last == 0 || time.GetElapsedTime(last, begun) + (turn / 2) >= options.LookEvery)
                {
                    last = begun;
                    Look();
                }
                if (options.KeepsClocks)
                    LookAtGoroutines();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LookFailed(e.Message);
            }
            TimeSpan pause = turn - time.GetElapsedTime(begun);
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Look()
    {
        bool hasChanged = discovery.Look();
        if (hasChanged)
            Publish();
        firstLook.TrySetResult();
        if (hasChanged)
        {
            discovery.CloseUnused();
            memory.Used();
        }
        memory.GiveBack();
    }

    private void LookAtGoroutines()
    {
        WatchedProcess[] processes = [.. state.Processes.Values];
        births.Look(processes);
        waits.Look(processes);
    }

    private void Publish()
    {
        State before = state;
        ImmutableSortedDictionary<string, WatchedProcess>.Builder now =
            ImmutableSortedDictionary.CreateBuilder<string, WatchedProcess>(StringComparer.Ordinal);
        foreach (DiscoveredProcess found in discovery.Processes.Values)
        {
            WatchedProcess? known = before.Processes.GetValueOrDefault(found.Key);
            // Another program under the same key: the process executed it. What it stood still counts on.
            PauseBudget budget = known?.Budget ?? new PauseBudget(options.PauseBudget, options.PauseWindow, time);
            now.Add(found.Key, known is not null && ReferenceEquals(known.Found, found)
                ? known : new WatchedProcess(found, budget));
        }
        state = new State(now.ToImmutable());
        before.Changed.TrySetResult();
        Changed(now.Count);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Watched processes: {Count}")]
    private partial void Changed(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Processes could not be looked at: {Problem}")]
    private partial void LookFailed(string problem);

    private sealed record State(ImmutableSortedDictionary<string, WatchedProcess> Processes)
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
