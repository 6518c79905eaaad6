using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Types;
using static DuckDB.NET.Native.NativeMethods;

namespace SideEye.Store;

/// <summary>
/// Copies rows of an Arrow column into a DuckDB vector of the same type. Fixed-width values are one block copy,
/// validity is copied by the word: Arrow and DuckDB both use one bit per row, least significant first, 1 = valid.
/// </summary>
internal static unsafe class VectorWriter
{
    private const int BitsPerWord = 64;
    private const long NanosecondsPerMicrosecond = 1_000;

    /// <summary>Copies rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/>.</summary>
    /// <exception cref="ArgumentException">The array's type cannot be stored.</exception>
    public static void Write(IArrowArray column, int start, int count, nint vector)
    {
        WriteValidity(column, start, count, vector);
        switch (column)
        {
            case BooleanArray values: WriteBooleans(values, start, count, vector); break;
            case Int8Array values: CopyBlock(values.Values, start, count, vector); break;
            case Int16Array values: CopyBlock(values.Values, start, count, vector); break;
            case Int32Array values: CopyBlock(values.Values, start, count, vector); break;
            case Int64Array values: CopyBlock(values.Values, start, count, vector); break;
            case UInt8Array values: CopyBlock(values.Values, start, count, vector); break;
            case UInt16Array values: CopyBlock(values.Values, start, count, vector); break;
            case UInt32Array values: CopyBlock(values.Values, start, count, vector); break;
            case UInt64Array values: CopyBlock(values.Values, start, count, vector); break;
            case FloatArray values: CopyBlock(values.Values, start, count, vector); break;
            case DoubleArray values: CopyBlock(values.Values, start, count, vector); break;
            case TimestampArray values: WriteTimestamps(values, start, count, vector); break;
            case BinaryArray values: WriteBytes(values, start, count, vector); break;
            default:
                throw new ArgumentException($"Arrow type {column.Data.DataType.Name} cannot be stored.");
        }
    }

    private static void CopyBlock<T>(ReadOnlySpan<T> values, int start, int count, nint vector)
        where T : unmanaged =>
        values.Slice(start, count).CopyTo(new Span<T>(Vectors.DuckDBVectorGetData(vector), count));

    private static void WriteValidity(IArrowArray column, int start, int count, nint vector)
    {
        if (column.NullCount == 0)
            return;
        Vectors.DuckDBVectorEnsureValidityWritable(vector);
        ulong* words = Vectors.DuckDBVectorGetValidity(vector);
        ReadOnlySpan<byte> bits = column.Data.Buffers[0].Span;
        int firstBit = column.Data.Offset + start;
        int bytes = (count + 7) / 8;
        if (firstBit % 8 == 0)
        {
            bits.Slice(firstBit / 8, bytes).CopyTo(new Span<byte>(words, bytes));
            return;
        }
        for (int row = 0; row < count; row++)
        {
            ulong mask = 1UL << (row % BitsPerWord);
            if (BitUtility.GetBit(bits, firstBit + row))
                words[row / BitsPerWord] |= mask;
            else
                words[row / BitsPerWord] &= ~mask;
        }
    }

    private static void WriteBooleans(BooleanArray values, int start, int count, nint vector)
    {
        byte* target = (byte*)Vectors.DuckDBVectorGetData(vector);
        ReadOnlySpan<byte> bits = values.Data.Buffers[1].Span;
        int firstBit = values.Offset + start;
        for (int row = 0; row < count; row++)
            target[row] = BitUtility.GetBit(bits, firstBit + row) ? (byte)1 : (byte)0;
    }

    private static void WriteTimestamps(TimestampArray values, int start, int count, nint vector)
    {
        TimestampType type = (TimestampType)values.Data.DataType;
        if (string.IsNullOrEmpty(type.Timezone) || type.Unit == TimeUnit.Microsecond)
        {
            CopyBlock(values.Values, start, count, vector);
            return;
        }
        long* target = (long*)Vectors.DuckDBVectorGetData(vector);
        ReadOnlySpan<long> source = values.Values.Slice(start, count);
        for (int row = 0; row < count; row++)
            target[row] = ToMicroseconds(source[row], type.Unit);
    }

    private static long ToMicroseconds(long value, TimeUnit unit) => unit switch
    {
        TimeUnit.Second => value * 1_000_000,
        TimeUnit.Millisecond => value * 1_000,
        // Rounds down also before 1970.
        TimeUnit.Nanosecond => (value - (((value % NanosecondsPerMicrosecond) + NanosecondsPerMicrosecond)
            % NanosecondsPerMicrosecond)) / NanosecondsPerMicrosecond,
        _ => value,
    };

    /// <summary>
    /// Short values lie within the vector; longer ones are copied into its heap by DuckDB, which also refuses
    /// text that is not UTF-8.
    /// </summary>
    private static void WriteBytes(BinaryArray values, int start, int count, nint vector)
    {
        ReadOnlySpan<int> offsets = values.ValueOffsets.Slice(start, count + 1);
        ReadOnlySpan<byte> bytes = values.Values;
        InlineString* target = (InlineString*)Vectors.DuckDBVectorGetData(vector);
        bool isText = values is StringArray;
        fixed (byte* source = bytes)
        {
            for (int row = 0; row < count; row++)
            {
                int length = offsets[row + 1] - offsets[row];
                ReadOnlySpan<byte> value = bytes.Slice(offsets[row], length);
                if (length <= InlineString.LengthMax && (!isText || Utf8.IsValid(value)))
                    target[row] = new InlineString(value);
                else
                    Vectors.DuckDBVectorAssignStringElementLength(vector, (ulong)row, source + offsets[row], length);
            }
        }
    }

    /// <summary>duckdb_string_t (duckdb.h) for up to 12 bytes: the length, then the bytes, zero-filled.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct InlineString
    {
        public const int LengthMax = 12;

        private readonly uint length;
        private readonly Bytes value;

        public InlineString(ReadOnlySpan<byte> bytes)
        {
            Bytes copy = default;
            bytes.CopyTo(copy);
            length = (uint)bytes.Length;
            value = copy;
        }

        [InlineArray(LengthMax)]
        private struct Bytes
        {
            private byte first;
        }
    }
}
