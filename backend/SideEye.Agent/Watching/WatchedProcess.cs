using SideEye.Agent.Snapshots;
using SideEye.Host;

namespace SideEye.Agent.Watching;

/// <summary>A Go process that the agent watches, with what it may do to it.</summary>
/// <param name="found">What was found.</param>
/// <param name="budget">How long it may stand still.</param>
public sealed class WatchedProcess(DiscoveredProcess found, PauseBudget budget)
{
    private int isTaken;

    /// <summary>What was found.</summary>
    public DiscoveredProcess Found { get; } = found;

    /// <summary>How long it may stand still.</summary>
    public PauseBudget Budget { get; } = budget;

    /// <summary>Claims the process for one snapshot; false while another one is under way.</summary>
    public bool TryTake() => Interlocked.Exchange(ref isTaken, 1) == 0;

    /// <summary>Gives it free for the next snapshot.</summary>
    public void Release() => Volatile.Write(ref isTaken, 0);
}
