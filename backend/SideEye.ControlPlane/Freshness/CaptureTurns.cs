using SideEye.ControlPlane.Capturing;

namespace SideEye.ControlPlane.Freshness;

/// <summary>
/// Lets captures begin: no two at a time that may be of one process, because its agent refuses the second, and not too
/// many in all. Who came first goes first.
/// </summary>
/// <remarks>For any number of threads.</remarks>
internal sealed class CaptureTurns(int runningMax, int waitingMax)
{
    private readonly Lock gate = new();
    private readonly List<Turn> running = [];
    private readonly List<Turn> waiting = [];

    /// <summary>Waits for a turn; disposing it gives it back.</summary>
    /// <exception cref="CaptureException">Too many wait.</exception>
    public async Task<IDisposable> TakeAsync(CaptureSelection selection, CancellationToken stop)
    {
        Turn turn = new(this, selection);
        lock (gate)
        {
            if (waiting.Count >= waitingMax)
            {
                throw new CaptureException(
                    $"{waitingMax} captures wait for their turn; try again later", null, CaptureError.TooMany);
            }
            waiting.Add(turn);
            Advance();
        }
        using CancellationTokenRegistration end = stop.Register(() => GiveUp(turn, stop));
        await turn.Came.Task.ConfigureAwait(false);
        return turn;
    }

    private void GiveUp(Turn turn, CancellationToken stop)
    {
        lock (gate)
        {
            // A turn that has come already is given back by whoever has it.
            if (!waiting.Remove(turn))
                return;
            turn.Came.TrySetCanceled(stop);
            Advance();
        }
    }

    private void GiveBack(Turn turn)
    {
        lock (gate)
        {
            running.Remove(turn);
            Advance();
        }
    }

    private void Advance()
    {
        for (int i = 0; i < waiting.Count && running.Count < runningMax;)
        {
            Turn next = waiting[i];
            // Behind an earlier one that it overlaps it waits too, or that one might never come.
            bool isBlocked = running.Concat(waiting.Take(i)).Any(one => one.Selection.Overlaps(next.Selection));
            if (isBlocked)
            {
                i++;
                continue;
            }
            waiting.RemoveAt(i);
            running.Add(next);
            next.Came.TrySetResult();
        }
    }

    private sealed class Turn(CaptureTurns turns, CaptureSelection selection) : IDisposable
    {
        /// <summary>What it is for.</summary>
        public CaptureSelection Selection => selection;

        /// <summary>Done when it has come.</summary>
        public TaskCompletionSource Came { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <inheritdoc/>
        public void Dispose() => turns.GiveBack(this);
    }
}
