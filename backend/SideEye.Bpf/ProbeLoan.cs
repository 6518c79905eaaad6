namespace SideEye.Bpf;

/// <summary>A probe for one snapshot. Disposal gives it back, or unloads it when it belongs to no pool; records that
/// were read with it are gone then.</summary>
public sealed class ProbeLoan : IDisposable
{
    private readonly ProbePool? pool;
    private Probe? probe;

    internal ProbeLoan(Probe probe, ProbePool? pool)
    {
        this.probe = probe;
        this.pool = pool;
    }

    /// <summary>The probe.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public Probe Probe => probe ?? throw new ObjectDisposedException(nameof(ProbeLoan));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref probe, null) is not { } owned)
            return;
        if (pool is null)
            owned.Dispose();
        else
            pool.Return(owned);
    }
}
