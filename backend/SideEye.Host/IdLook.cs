using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SideEye.Capture.Births;
using SideEye.GoRuntime;
using SideEye.Linux;

namespace SideEye.Host;

/// <summary>Unfrozen looks at which ids a process has given to goroutines.</summary>
internal static class IdLook
{
    // No GOMAXPROCS goes beyond this: what claims more is no slice of processors.
    private const int ProcessorsMax = 1 << 14;
    private const int WordBytes = 8;
    private const int PairBytes = 2 * WordBytes;
    private const int SliceBytes = 3 * WordBytes;

    /// <summary>Looks; null when something cannot be read, or was read while it was written: the next look may do.
    /// </summary>
    public static IssuedIds? Read(ProcessMemory memory, GoroutineIdSource source, ulong loadBias)
    {
        Span<byte> slice = stackalloc byte[SliceBytes];
        if (!memory.TryRead(new(source.Processors + loadBias), slice))
            return null;
        ulong array = BinaryPrimitives.ReadUInt64LittleEndian(slice);
        ulong capacity = BinaryPrimitives.ReadUInt64LittleEndian(slice[PairBytes..]);
        if (capacity is 0 or > ProcessorsMax)
            return null;
        ulong[] addresses = ArrayPool<ulong>.Shared.Rent((int)capacity + 1);
        byte[] pairs = ArrayPool<byte>.Shared.Rent(((int)capacity + 1) * PairBytes);
        bool[] read = ArrayPool<bool>.Shared.Rent((int)capacity + 1);
        try
        {
            Span<ulong> places = addresses.AsSpan(0, (int)capacity + 1);
            if (!memory.TryRead(new(array), MemoryMarshal.AsBytes(places[1..])))
                return null;
            int count = Places(places, source, loadBias);
            memory.ReadEach(places[..count], PairBytes, pairs, read.AsSpan(0, count));
            return read.AsSpan(0, count).Contains(false) ? null : Ids(pairs.AsSpan(0, count * PairBytes));
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(addresses);
            ArrayPool<byte>.Shared.Return(pairs);
            ArrayPool<bool>.Shared.Return(read);
        }
    }

    /// <summary>
    /// What is to be read, in this order: what was taken last, then what each processor keeps. Beyond the slice's
    /// length there are processors only as far as GOMAXPROCS once was higher.
    /// </summary>
    private static int Places(Span<ulong> places, GoroutineIdSource source, ulong loadBias)
    {
        places[0] = source.LastTaken + loadBias;
        int count = 1;
        foreach (ulong processor in places[1..])
        {
            if (processor != 0)
                places[count++] = processor + (ulong)source.Kept;
        }
        return count;
    }

    private static IssuedIds? Ids(ReadOnlySpan<byte> pairs)
    {
        ulong lastTaken = BinaryPrimitives.ReadUInt64LittleEndian(pairs);
        ImmutableArray<KeptIds>.Builder kept = ImmutableArray.CreateBuilder<KeptIds>();
        for (int at = PairBytes; at < pairs.Length; at += PairBytes)
        {
            ulong from = BinaryPrimitives.ReadUInt64LittleEndian(pairs[at..]);
            ulong to = BinaryPrimitives.ReadUInt64LittleEndian(pairs[(at + WordBytes)..]);
            if (from > to || to - from > GoroutineIdSource.Batch)
                return null; // a processor is just taking ids
            if (from != to)
                kept.Add(new KeptIds(from, to));
        }
        return new IssuedIds(lastTaken, kept.ToImmutable());
    }
}
