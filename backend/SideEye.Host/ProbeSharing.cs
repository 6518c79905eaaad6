using SideEye.Bpf;

namespace SideEye.Host;

/// <summary>Gives the processes of a snapshot probes, each to as many as it has room for.</summary>
/// <param name="pool">Where probes stay loaded; null: they are loaded for this snapshot.</param>
/// <param name="choice">What reads the memory.</param>
internal sealed class ProbeSharing(ProbePool? pool, ReaderChoice choice)
{
    /// <summary>Bytes for which the processes of one probe are ready together; a larger process has one of its own.
    /// A pool keeps two of this size (<see cref="ProbePoolLimits.BytesMax"/>).</summary>
    private const long BytesMax = (128L << 20) - ProbeNeed.SpareObjectBytes;

    /// <summary>Loads or borrows the probes. A kernel that refuses has the processes read from outside, or says so in
    /// them when the probe was asked for.</summary>
    /// <param name="processes">Prepared but for the probe.</param>
    /// <param name="stop">Ends it between two probes.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public void Lend(IEnumerable<PreparedProcess> processes, CancellationToken stop)
    {
        if (choice == ReaderChoice.VmRead)
            return;
        foreach (IGrouping<bool, PreparedProcess> alike in processes.Where(static one => one.Need is not null)
            .GroupBy(static one => one.Need!.Value.Program is null))
        {
            List<PreparedProcess> together = [];
            long bytes = 0;
            foreach (PreparedProcess process in alike)
            {
                long more = SharedProbe.BytesOf(process.Need!.Value);
                if (bytes + more > BytesMax && together.Count > 0)
                {
                    stop.ThrowIfCancellationRequested();
                    LendOne(together);
                    together.Clear();
                    bytes = 0;
                }
                together.Add(process);
                bytes += more;
            }
            stop.ThrowIfCancellationRequested();
            LendOne(together);
        }
    }

    private void LendOne(List<PreparedProcess> processes)
    {
        try
        {
            IReadOnlyList<SharedProbe.Turn> turns =
                SharedProbe.Lend(pool, [.. processes.Select(static one => one.Need!.Value)]);
            for (int i = 0; i < turns.Count; i++)
                processes[i].Use(turns[i]);
        }
        catch (ProbeRefusedException e) when (e.IsOutOfMemory && processes.Count > 1)
        {
            int half = processes.Count / 2;
            LendOne(processes[..half]);
            LendOne(processes[half..]);
        }
        catch (ProbeRefusedException e)
        {
            // Without a turn they are read from outside.
            if (choice == ReaderChoice.Automatic)
                return;
            foreach (PreparedProcess process in processes)
                process.Refuse(e.Message);
        }
    }
}
