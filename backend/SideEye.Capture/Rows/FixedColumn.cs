using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace SideEye.Capture.Rows;

/// <summary>A column of values of one size.</summary>
internal sealed class FixedColumn<T>(IArrowType type) : Column(type)
    where T : unmanaged
{
    private byte[] values = [];

    public void Append(T? value)
    {
        int at = Count * Unsafe.SizeOf<T>();
        Grow(ref values, at + Unsafe.SizeOf<T>());
        MemoryMarshal.Write(values.AsSpan(at), value.GetValueOrDefault());
        if (value is null)
            CountNull();
        else
            CountValid();
    }

    protected override ArrowBuffer[] TakeBuffers()
    {
        ArrowBuffer buffer = Buffer(values, Count * Unsafe.SizeOf<T>());
        // The next batch is likely as long.
        values = new byte[values.Length];
        return [buffer];
    }
}

/// <summary>A point in time as Arrow keeps it, so that a time is not taken for a number.</summary>
/// <param name="SinceEpoch">Since 1970 in UTC.</param>
internal readonly record struct Microseconds(long SinceEpoch)
{
    public static Microseconds? Of(DateTimeOffset? time) =>
        time is DateTimeOffset known
            ? new((known - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond)
            : null;
}

/// <summary>A column of truth values, one bit each.</summary>
internal sealed class BooleanColumn() : Column(BooleanType.Default)
{
    private byte[] values = [];

    public void Append(bool? value)
    {
        Grow(ref values, BitsToBytes(Count + 1));
        if (value == true)
            SetBit(ref values, Count);
        if (value is null)
            CountNull();
        else
            CountValid();
    }

    protected override ArrowBuffer[] TakeBuffers()
    {
        ArrowBuffer buffer = Buffer(values, BitsToBytes(Count));
        values = new byte[values.Length];
        return [buffer];
    }
}
