using System.Buffers;
using System.Runtime.InteropServices;
using SideEye.Capture.Waits;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Goroutines;
using SideEye.Linux;
using SideEye.Target.Native;

namespace SideEye.Host;

/// <summary>What an unfrozen look at all runtime.g structs found.</summary>
/// <param name="Goroutines">Living goroutines.</param>
/// <param name="Entries">Entries of runtime.allgs, free ones included.</param>
/// <param name="RecordBytes">Bytes that records of them would take now.</param>
public sealed record GoroutineScan(int Goroutines, int Entries, long RecordBytes)
{
    private const int BlockEntries = 16 * 1024;
    private const int RecordOverhead = 64 + NativeLimits.GBytesMax;

    internal static GoroutineScan Read(
        ProcessMemory memory, GoBinary binary, ulong array, ulong count, WaitClock? clock)
    {
        int size = binary.Layout.G.Size;
        int blockEntries = (int)Math.Min(count, BlockEntries);
        // An agent does this all day: new arrays of this size each time would be most of its work.
        byte[] pointers = ArrayPool<byte>.Shared.Rent(blockEntries * 8);
        byte[] structs = ArrayPool<byte>.Shared.Rent(blockEntries * size);
        bool[] read = ArrayPool<bool>.Shared.Rent(blockEntries);
        try
        {
            return Read(memory, binary.Layout.G, array, count, clock, (pointers, structs, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pointers);
            ArrayPool<byte>.Shared.Return(structs);
            ArrayPool<bool>.Shared.Return(read);
        }
    }

    private static GoroutineScan Read(
        ProcessMemory memory, GLayout layout, ulong array, ulong count, WaitClock? clock,
        (byte[] Pointers, byte[] Structs, bool[] Read) buffers)
    {
        int living = 0;
        long bytes = 0;
        clock?.BeginLook((int)count);
        for (ulong first = 0; first < count; first += BlockEntries)
        {
            int entries = (int)Math.Min(count - first, BlockEntries);
            Span<byte> block = buffers.Pointers.AsSpan(0, entries * 8);
            if (!memory.TryRead(new(array + (first * 8)), block))
                break; // the array has moved since: the next look sees it
            Span<bool> read = buffers.Read.AsSpan(0, entries);
            memory.ReadEach(MemoryMarshal.Cast<byte, ulong>(block), layout.Size, buffers.Structs, read);
            long now = MonotonicClock.Now();
            for (int i = 0; i < entries; i++)
            {
                if (!read[i])
                    continue;
                GoroutineView g = new(layout, buffers.Structs.AsSpan(i * layout.Size, layout.Size));
                if (g.Status is GoroutineStatus.Idle or GoroutineStatus.Dead or GoroutineStatus.DeadExtra)
                    continue;
                living++;
                bytes += RecordOverhead + StackBytes(g);
                clock?.See(g, now);
            }
        }
        clock?.EndLook();
        return new GoroutineScan(living, (int)count, bytes);
    }

    /// <summary>Only stacks that go into a record count: longer ones are read elsewhere.</summary>
    private static long StackBytes(in GoroutineView g)
    {
        ulong used = g.IsOnStack(g.SchedSp) ? g.StackHigh - g.SchedSp : 0;
        return used > NativeLimits.InlineStackBytes ? 0 : (long)used;
    }
}
