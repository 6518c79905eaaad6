using System.Buffers;
using SideEye.Target.Native;

namespace SideEye.Bpf;

/// <summary>
/// One freeze of a target and the records that were copied during it. Records are in memory that the kernel or the
/// native library filled; they are looked at in place and vanish with <see cref="Dispose"/>.
/// </summary>
public sealed unsafe class FrozenRead : IDisposable
{
    private readonly NativeSnapshotResult result;
    private nint output;

    private FrozenRead(in NativeSnapshotResult result, nint output)
    {
        this.result = result;
        this.output = output;
    }

    /// <summary>Counts and times of the freeze.</summary>
    public ref readonly NativeSnapshotResult Result => ref result;

    /// <summary>
    /// Regions of consecutive records; none when the outcome is not <see cref="NativeOutcome.Done"/>.
    /// </summary>
    public int RegionCount => output == 0 ? 0 : (int)NativeCalls.OutputRegions(output);

    /// <summary>Chunks of the probe that hold its records, from the request's first on.</summary>
    internal uint Chunks => output == 0 ? 0 : NativeCalls.OutputChunks(output);

    /// <summary>
    /// Freezes the target, copies its goroutines and lets it go, all in one native call: no garbage collection of ours
    /// can prolong the pause. The outcome is in <see cref="Result"/>; nothing is thrown for what the world may do.
    /// </summary>
    /// <param name="probe">Needed by the readers bpf and both.</param>
    /// <param name="request">What to read; addresses are run-time addresses of the target.</param>
    /// <param name="program">What to capture of the frames; null: nothing. A probe must have been loaded for it.
    /// </param>
    public static FrozenRead Take(Probe? probe, in NativeSnapshotRequest request, ProgramImage? program = null)
    {
        if (probe is null && request.Reader != (uint)NativeReader.VmRead)
            throw new ArgumentNullException(nameof(probe), "the bpf reader needs a loaded probe");
        NativeCaptureProgram sizes = program is null ? default : program.Program;
        fixed (byte* tables = program is null ? default : program.Tables.Span)
        {
            NativeCalls.Snapshot(
                probe?.Handle ?? 0, request, program is null ? null : &sizes, tables,
                (nuint)(program?.Tables.Length ?? 0), out NativeSnapshotResult result, out nint output);
            GC.KeepAlive(probe);
            return new FrozenRead(result, output);
        }
    }

    /// <summary>Device and inode of the program that a process executes; false when it is gone.</summary>
    public static bool TryIdentify(int pid, out ulong device, out ulong inode) =>
        NativeCalls.ProgramIdentity(pid, out device, out inode) == 0;

    /// <summary>The records of a region, each beginning with a <see cref="NativeRecordHeader"/>.</summary>
    public ReadOnlyMemory<byte> Region(int index)
    {
        ObjectDisposedException.ThrowIf(output == 0, this);
        byte* start = NativeCalls.OutputRegion(output, (uint)index, out nuint bytes);
        return new NativeRegion(start, checked((int)bytes)).Memory;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        nint owned = Interlocked.Exchange(ref output, 0);
        if (owned != 0)
            NativeCalls.OutputFree(owned);
    }

    /// <summary>Memory that the native output owns.</summary>
    private sealed class NativeRegion(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
