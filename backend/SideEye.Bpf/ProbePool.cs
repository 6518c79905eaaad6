using System.Numerics;

namespace SideEye.Bpf;

/// <summary>
/// Probes that stay loaded between snapshots: the kernel takes a hundred times as long to verify one as a snapshot
/// takes. Those at rest are at no tracepoint. Safe for use by several threads.
/// </summary>
/// <param name="limits">How much is kept.</param>
/// <param name="time">The clock.</param>
public sealed class ProbePool(ProbePoolLimits limits, TimeProvider time) : IDisposable
{
    private readonly Lock access = new();
    private readonly List<Resting> resting = []; // the one that rests longest first
    private bool isDisposed;

    /// <summary>Probes that were loaded so far.</summary>
    public int Loads { get; private set; }

    /// <summary>Probes at rest.</summary>
    public int Count
    {
        get
        {
            lock (access)
                return resting.Count;
        }
    }

    /// <summary>Lends a probe, one at rest or a new one; disposing what is returned gives it back.</summary>
    /// <param name="capacityBytes">As in <see cref="Probe.Load"/>; there may be more.</param>
    /// <param name="goroutinesMax">As in <see cref="Probe.Load"/>; there may be more.</param>
    /// <param name="program">As in <see cref="Probe.Load"/>.</param>
    /// <exception cref="ProbeRefusedException">The kernel says no.</exception>
    public ProbeLoan Lend(long capacityBytes, int goroutinesMax, ProgramImage? program) =>
        LendWithRoom(capacityBytes, goroutinesMax, ProgramRoom.Of(program));

    /// <summary>As <see cref="Lend"/>, with room for programs of such sizes.</summary>
    internal ProbeLoan LendWithRoom(long capacityBytes, int goroutinesMax, ProgramRoom? program)
    {
        while (Take(capacityBytes, goroutinesMax, program) is { } kept)
        {
            if (kept.TryWake())
                return new ProbeLoan(kept, this);
            kept.Dispose();
        }
        // Rounded up, so that it still fits when the process has grown.
        Probe loaded = Probe.LoadWithRoom(
            Rounded(capacityBytes), (int)Rounded(goroutinesMax), program?.Rounded(Rounded));
        lock (access)
            Loads++;
        return new ProbeLoan(loaded, this);
    }

    /// <summary>Unloads what nobody has used for a while.</summary>
    public void GiveBack() => Unload(limits.RestMax);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (access)
            isDisposed = true;
        Unload(TimeSpan.Zero);
    }

    internal void Return(Probe probe)
    {
        if (!probe.TryRest())
        {
            probe.Dispose();
            return;
        }
        List<Probe> tooMany = [];
        lock (access)
        {
            resting.Add(new Resting(probe, time.GetTimestamp()));
            while (isDisposed || resting.Count > limits.ProbesMax
                || resting.Sum(static one => one.Probe.CapacityBytes) > limits.BytesMax)
            {
                tooMany.Add(resting[0].Probe);
                resting.RemoveAt(0);
                if (resting.Count == 0)
                    break;
            }
        }
        tooMany.ForEach(static one => one.Dispose());
    }

    /// <summary>The smallest that fits.</summary>
    private Probe? Take(long capacityBytes, int goroutinesMax, ProgramRoom? program)
    {
        lock (access)
        {
            Resting? best = resting.Where(one => one.Probe.Fits(capacityBytes, goroutinesMax, program))
                .MinBy(static one => one.Probe.CapacityBytes);
            if (best is not null)
                resting.Remove(best);
            return best?.Probe;
        }
    }

    private void Unload(TimeSpan restMax)
    {
        List<Resting> old;
        lock (access)
        {
            old = resting.FindAll(one => time.GetElapsedTime(one.Since) >= restMax);
            resting.RemoveAll(old.Contains);
        }
        old.ForEach(static one => one.Probe.Dispose());
    }

    /// <summary>At most a half more.</summary>
    private static long Rounded(long size)
    {
        long step = Math.Max(1, (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(size, 1)) / 4);
        return (size + step - 1) / step * step;
    }

    private sealed record Resting(Probe Probe, long Since);
}
