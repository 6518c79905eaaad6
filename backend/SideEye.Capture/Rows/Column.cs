using System.Diagnostics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace SideEye.Capture.Rows;

/// <summary>
/// The values of one column of a batch in the making. Arrow's own builders test capacity, bitmap and encoding for every
/// value and copy everything once more when they are done; a snapshot has millions of values.
/// </summary>
internal abstract class Column(IArrowType type)
{
    private const int FirstBytes = 64;

    // One bit per row, least significant first, 1 = valid; not there as long as no value is null.
    private byte[]? validity;
    private int nulls;

    /// <summary>Values so far.</summary>
    public int Count { get; private set; }

    public static Column Of(IArrowType type) => type switch
    {
        StringType => new TextColumn(),
        Int32Type => new FixedColumn<int>(type),
        Int64Type => new FixedColumn<long>(type),
        UInt64Type => new FixedColumn<ulong>(type),
        DoubleType => new FixedColumn<double>(type),
        BooleanType => new BooleanColumn(),
        TimestampType { Unit: TimeUnit.Microsecond } => new FixedColumn<Microseconds>(type),
        _ => throw new UnreachableException($"no column for {type.Name}"),
    };

    /// <summary>Hands over the values and begins anew, with nothing shared between the two.</summary>
    public IArrowArray Build()
    {
        ArrowBuffer valid = validity is null ? ArrowBuffer.Empty : Buffer(validity, BitsToBytes(Count));
        IArrowArray array = ArrowArrayFactory.BuildArray(
            new ArrayData(type, Count, nulls, 0, [valid, .. TakeBuffers()]));
        validity = null;
        nulls = 0;
        Count = 0;
        return array;
    }

    /// <summary>The buffers behind the bitmap of nulls, in Arrow's order; the column forgets them.</summary>
    protected abstract ArrowBuffer[] TakeBuffers();

    /// <summary>Counts a value that was appended.</summary>
    protected void CountValid()
    {
        if (validity is not null)
            SetBit(ref validity, Count);
        Count++;
    }

    /// <summary>Counts a null, for which a value without meaning was appended.</summary>
    protected void CountNull()
    {
        if (validity is null)
        {
            validity = new byte[Math.Max(FirstBytes, BitsToBytes(Count + 1))];
            for (int row = 0; row < Count; row++)
                SetBit(ref validity, row);
        }
        Grow(ref validity, BitsToBytes(Count + 1));
        nulls++;
        Count++;
    }

    protected static void SetBit(ref byte[] bits, int index)
    {
        Grow(ref bits, BitsToBytes(index + 1));
        bits[index >> 3] |= (byte)(1 << (index & 7));
    }

    /// <summary>Makes room; new bytes are 0.</summary>
    protected static void Grow(ref byte[] bytes, int needed)
    {
        if (bytes.Length < needed)
            System.Array.Resize(ref bytes, Math.Max(Math.Max(FirstBytes, needed), 2 * bytes.Length));
    }

    protected static int BitsToBytes(int bits) => (bits + 7) >> 3;

    protected static ArrowBuffer Buffer(byte[] bytes, int length) => new(bytes.AsMemory(0, length));
}
