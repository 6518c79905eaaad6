using SideEye.Target.Native;

namespace SideEye.Bpf;

/// <summary>
/// A probe that the processes of one snapshot use one after the other: the kernel takes a hundred times as long to
/// verify one as a process stands still. The records of each stay until all have been let go. For one thread at a time.
/// </summary>
public sealed class SharedProbe
{
    private readonly ProbeLoan loan;
    private uint next; // the first chunk without records
    private uint reserved; // chunks of those whose turn is still to come
    private int turns;

    private SharedProbe(ProbeLoan loan) => this.loan = loan;

    /// <summary>Lends a probe with room for all of them.</summary>
    /// <param name="pool">Where it comes from and goes back to; null: it is loaded, and unloaded in the end.</param>
    /// <param name="needs">What each process needs; either all or none of them capture something.</param>
    /// <returns>The turn of each, which whoever has it disposes of.</returns>
    /// <exception cref="ProbeRefusedException">The kernel says no.</exception>
    public static IReadOnlyList<Turn> Lend(ProbePool? pool, IReadOnlyList<ProbeNeed> needs)
    {
        ArgumentOutOfRangeException.ThrowIfZero(needs.Count, nameof(needs));
        long chunks = 0;
        int goroutines = 0;
        ProgramRoom? room = null;
        foreach (ProbeNeed need in needs)
        {
            chunks += ChunksOf(need);
            goroutines = Math.Max(goroutines, need.Goroutines);
            if (ProgramRoom.Of(need.Program) is { } program)
                room = room?.Or(program) ?? program;
        }
        long capacity = (chunks * NativeLimits.ChunkBytes) + (room is null ? 0 : ProbeNeed.SpareObjectBytes);
        SharedProbe shared = new(pool?.LendWithRoom(capacity, goroutines, room)
            ?? new ProbeLoan(Probe.LoadWithRoom(capacity, goroutines, room), null));
        Turn[] all = [.. needs.Select(need => new Turn(shared, need))];
        shared.turns = all.Length;
        shared.reserved = (uint)chunks;
        return all;
    }

    /// <summary>Bytes by which a probe grows when one more process is to have a turn.</summary>
    public static long BytesOf(in ProbeNeed need) => ChunksOf(need) * (long)NativeLimits.ChunkBytes;

    private static uint ChunksOf(in ProbeNeed need) => ChunksOf(need.RecordBytes + need.ObjectBytes, need.Workers);

    // Each worker but one leaves one more chunk half full.
    private static uint ChunksOf(long bytes, int workers) => (uint)Math.Min(
        (bytes / NativeLimits.ChunkBytes) + (bytes % NativeLimits.ChunkBytes > 0 ? 1 : 0) + workers - 1, int.MaxValue);

    private void Leave()
    {
        if (--turns == 0)
            loan.Dispose();
    }

    /// <summary>One process's turn. Disposing it gives the probe back when it was the last; the records are gone then.
    /// </summary>
    public sealed class Turn : IDisposable
    {
        private readonly ProbeNeed need;
        private SharedProbe? shared;
        private uint own;

        internal Turn(SharedProbe shared, ProbeNeed need)
        {
            this.shared = shared;
            this.need = need;
            own = ChunksOf(need);
        }

        /// <summary>Takes the process's snapshot (<see cref="FrozenRead.Take"/>); again, when it did not succeed.
        /// </summary>
        /// <param name="request">The request; which chunks it may fill is filled in here.</param>
        /// <exception cref="ObjectDisposedException">The turn is over.</exception>
        public FrozenRead Take(in NativeSnapshotRequest request)
        {
            ObjectDisposedException.ThrowIf(shared is null, this);
            Probe probe = shared.loan.Probe;
            shared.reserved -= own;
            own = 0;
            // All that those who come later are not sure of: whoever has much to copy is stopped no longer for that.
            long free = Math.Max(probe.Chunks - shared.next - shared.reserved, 1);
            FrozenRead read = FrozenRead.Take(probe, request with
            {
                FirstChunk = shared.next, ChunksMax = (uint)Math.Min(free, ChunksOf(need.BytesMax, need.Workers)),
            }, need.Program);
            shared.next += read.Chunks;
            return read;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (shared is not { } left)
                return;
            shared = null;
            left.reserved -= own;
            left.Leave();
        }
    }
}
