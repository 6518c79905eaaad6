using System.Runtime.InteropServices;
using SideEye.Target;
using static SideEye.Linux.LibC;

namespace SideEye.Linux;

/// <summary>
/// The memory of a live process through process_vm_readv(2). The process is not stopped: what is read together may
/// never have been true together.
/// </summary>
public sealed unsafe class ProcessMemory(int pid) : ITargetMemory
{
    /// <inheritdoc/>
    public bool TryRead(TargetAddress address, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return true;
        fixed (byte* bytes = destination)
        {
            IoVector local = new() { Base = bytes, Length = (nuint)destination.Length };
            IoVector remote = new() { Base = (void*)address.Value, Length = (nuint)destination.Length };
            return ProcessVmReadV(pid, &local, 1, &remote, 1, 0) == destination.Length;
        }
    }

    /// <summary>
    /// Reads <paramref name="itemBytes"/> from each address into consecutive slots of <paramref name="destination"/>,
    /// about a thousand a system call.
    /// </summary>
    /// <param name="addresses">Where to read.</param>
    /// <param name="itemBytes">How much from each.</param>
    /// <param name="destination">The slots.</param>
    /// <param name="read">Receives which slots were read whole; as many as there are addresses.</param>
    public void ReadEach(ReadOnlySpan<ulong> addresses, int itemBytes, Span<byte> destination, Span<bool> read)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, addresses.Length * itemBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(read.Length, addresses.Length);
        read.Clear();
        IoVector* local = stackalloc IoVector[2 * IoVectorsMax];
        IoVector* remote = local + IoVectorsMax;
        fixed (byte* bytes = destination)
        {
            for (int first = 0; first < addresses.Length; first += IoVectorsMax)
            {
                int count = Math.Min(IoVectorsMax, addresses.Length - first);
                for (int i = 0; i < count; i++)
                {
                    local[i] = new() { Base = bytes + ((long)(first + i) * itemBytes), Length = (nuint)itemBytes };
                    remote[i] = new() { Base = (void*)addresses[first + i], Length = (nuint)itemBytes };
                }
                ReadBatch(local, remote, itemBytes, read.Slice(first, count));
            }
        }
    }

    /// <summary>
    /// The call stops at the first range it cannot read: that one failed, the rest is asked for again.
    /// </summary>
    private void ReadBatch(IoVector* local, IoVector* remote, int itemBytes, Span<bool> read)
    {
        int at = 0;
        while (at < read.Length)
        {
            nuint left = (nuint)(read.Length - at);
            nint got = ProcessVmReadV(pid, local + at, left, remote + at, left, 0);
            if (got < 0 && Marshal.GetLastPInvokeError() is not EFAULT)
                return;
            int whole = got <= 0 ? 0 : (int)(got / itemBytes);
            read.Slice(at, whole).Fill(true);
            at += whole + 1;
        }
    }

    private const int EFAULT = 14;
}
