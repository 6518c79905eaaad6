using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SideEye.Capture.Births;
using SideEye.GoRuntime;
using SideEye.Linux;

namespace SideEye.Host;

/// <summary>
/// Unfrozen looks at which ids one process has given to goroutines. All is read by one system call, once it is known
/// where the processors are; they stay where they are. Not safe for use by several threads.
/// </summary>
internal sealed class IdLook(ProcessMemory memory, GoroutineIdSource source, ulong loadBias)
{
    // Linux knows no more (NR_CPUS); what claims more would make us remember megabytes of every look.
    private const int ProcessorsMax = 1 << 13;
    private const int WordBytes = 8;
    private const int PairBytes = 2 * WordBytes;
    private const int PairsBesides = 3; // what was taken last, and the slice of processors, which overlap in its length

    private readonly byte[] slice = new byte[3 * WordBytes];
    private ulong[] places = [];
    private byte[] pairs = [];
    private bool[] read = [];

    /// <summary>Looks; null when something cannot be read, or was read while it was written: the next look may do.
    /// </summary>
    public IssuedIds? Read()
    {
        if ((places.Length == 0 || !TryReadPairs() || !IsSliceAsBefore()) && !(TryFindProcessors() && TryReadPairs()))
            return null;
        return Ids();
    }

    /// <summary>
    /// Finds what is to be read, in this order: what was taken last, then what each processor keeps, then whether the
    /// processors are still those. Beyond the slice's length there are some as far as GOMAXPROCS once was higher.
    /// </summary>
    private bool TryFindProcessors()
    {
        places = [];
        if (!memory.TryRead(new(source.Processors + loadBias), slice))
            return false;
        ulong capacity = BinaryPrimitives.ReadUInt64LittleEndian(slice.AsSpan(PairBytes));
        if (capacity is 0 or > ProcessorsMax)
            return false;
        ulong[] processors = new ulong[capacity];
        ulong array = BinaryPrimitives.ReadUInt64LittleEndian(slice);
        if (!memory.TryRead(new(array), MemoryMarshal.AsBytes(processors.AsSpan())))
            return false;
        places =
        [
            source.LastTaken + loadBias,
            .. processors.Where(static processor => processor != 0)
                .Select(processor => processor + (ulong)source.Kept),
            source.Processors + loadBias,
            source.Processors + loadBias + WordBytes,
        ];
        pairs = new byte[places.Length * PairBytes];
        read = new bool[places.Length];
        return true;
    }

    private bool TryReadPairs()
    {
        memory.ReadEach(places, PairBytes, pairs, read);
        return !read.AsSpan().Contains(false);
    }

    private bool IsSliceAsBefore()
    {
        ReadOnlySpan<byte> now = pairs.AsSpan((places.Length - PairsBesides + 1) * PairBytes);
        return now[..PairBytes].SequenceEqual(slice.AsSpan(0, PairBytes))
            && now[PairBytes..].SequenceEqual(slice.AsSpan(WordBytes));
    }

    private IssuedIds? Ids()
    {
        ulong lastTaken = BinaryPrimitives.ReadUInt64LittleEndian(pairs);
        ImmutableArray<KeptIds>.Builder kept = ImmutableArray.CreateBuilder<KeptIds>();
        for (int i = 1; i <= places.Length - PairsBesides; i++)
        {
            ulong from = BinaryPrimitives.ReadUInt64LittleEndian(pairs.AsSpan(i * PairBytes));
            ulong to = BinaryPrimitives.ReadUInt64LittleEndian(pairs.AsSpan((i * PairBytes) + WordBytes));
            if (from > to || to - from > GoroutineIdSource.Batch)
                return null; // a processor is just taking ids
            if (from != to)
                kept.Add(new KeptIds(from, to));
        }
        return new IssuedIds(lastTaken, kept.ToImmutable());
    }
}
