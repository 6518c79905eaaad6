using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace SideEye.Target;

/// <summary>
/// A position in a little-endian byte table that came from outside. Bounds are checked in one place and every
/// violation is a <see cref="MalformedFileException"/> with section and offset. Nothing is allocated. Of
/// <see cref="CheckedBytes"/> it reads nothing that is not checked.
/// </summary>
public ref struct ByteCursor
{
    private readonly CheckedBytes? source;
    private readonly string section;
    private ReadOnlySpan<byte> bytes;
    private int position;

    // What may be read as it is: all without a source, else what was checked so far around the position.
    private int readableFrom;
    private int readableTo;

    /// <summary>
    /// A cursor at <paramref name="position"/> in <paramref name="bytes"/>; <paramref name="section"/> names the table
    /// in errors.
    /// </summary>
    public ByteCursor(ReadOnlySpan<byte> bytes, string section, long position = 0)
    {
        this.bytes = bytes;
        this.section = section;
        readableTo = bytes.Length;
        Position = position;
    }

    /// <summary>
    /// A cursor at <paramref name="position"/> in the first <paramref name="end"/> of <paramref name="bytes"/>;
    /// <paramref name="section"/> names the table in errors.
    /// </summary>
    public ByteCursor(CheckedBytes bytes, string section, long position, int end)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        this.section = section;
        source = bytes;
        this.bytes = bytes.Check(0, 0, out readableTo)[..end];
        readableTo = Math.Min(readableTo, end);
        Position = position;
    }

    /// <summary>Offset of the next byte from the start of the table; may be the length, never beyond.</summary>
    public long Position
    {
        readonly get => position;
        set
        {
            if ((ulong)value > (ulong)bytes.Length)
                Throw(value, "offset lies beyond the end of the section");
            position = (int)value;
            if (position < readableFrom || position > readableTo)
                readableFrom = readableTo = position;
        }
    }

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => bytes.Length - position;

    /// <summary>True when no byte is left.</summary>
    public readonly bool AtEnd => position >= bytes.Length;

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>Reads a 16-bit word.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    /// <summary>Reads a 32-bit word.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Reads a 64-bit word.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>Reads an unsigned LEB128 (DWARF 5 §7.6); more than 64 significant bits is an error.</summary>
    public ulong ReadUleb128()
    {
        byte first = ReadByte();
        return first < 0x80 ? first : ReadLongUleb128(first);
    }

    /// <summary>Reads a signed LEB128 (DWARF 5 §7.6).</summary>
    public long ReadSleb128()
    {
        long value = 0;
        int start = position;
        for (int shift = 0; ; shift += 7)
        {
            byte next = ReadByte();
            if (shift > 63)
                Throw(start, "LEB128 number is longer than 64 bits");
            value |= (long)(next & 0x7f) << shift;
            if (next >= 0x80)
                continue;
            bool negative = (next & 0x40) != 0;
            return negative && shift + 7 < 64 ? value | (-1L << (shift + 7)) : value;
        }
    }

    /// <summary>Reads bytes up to a NUL and steps over it.</summary>
    public ReadOnlySpan<byte> ReadNulTerminated()
    {
        int searched = position;
        int found;
        while ((found = bytes[searched..readableTo].IndexOf((byte)0)) < 0)
        {
            if (readableTo == bytes.Length)
                Throw(position, "string has no terminating NUL");
            searched = readableTo;
            MakeReadable(searched + 1 - position);
        }

        ReadOnlySpan<byte> text = bytes[position..(searched + found)];
        position = searched + found + 1;
        return text;
    }

    /// <summary>Reads a NUL-terminated UTF-8 string.</summary>
    public string ReadString() => Encoding.UTF8.GetString(ReadNulTerminated());

    /// <summary>Takes <paramref name="count"/> bytes without copying.</summary>
    public ReadOnlySpan<byte> ReadBytes(ulong count)
    {
        if (count > (ulong)Remaining)
            Throw(position, $"needs {count} bytes where {Remaining} are left");
        return Take((int)count);
    }

    /// <summary>Steps over <paramref name="count"/> bytes.</summary>
    public void Skip(ulong count) => ReadBytes(count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > readableTo - position)
            MakeReadable(count);
        ReadOnlySpan<byte> taken = bytes.Slice(position, count);
        position += count;
        return taken;
    }

    private void MakeReadable(int count)
    {
        if (source is null || count > Remaining)
            Throw(position, $"needs {count} bytes where {Remaining} are left");
        bytes = source.Check(position, count, out readableTo)[..bytes.Length];
        readableTo = Math.Min(readableTo, bytes.Length);
    }

    private ulong ReadLongUleb128(byte first)
    {
        ulong value = first & 0x7fUL;
        int start = position - 1;
        for (int shift = 7; ; shift += 7)
        {
            byte next = ReadByte();
            ulong bits = next & 0x7fUL;
            if (shift > 63 || (shift == 63 && bits > 1))
                Throw(start, "LEB128 number is longer than 64 bits");
            value |= bits << shift;
            if (next < 0x80)
                return value;
        }
    }

    [DoesNotReturn]
    private readonly void Throw(long offset, string problem) =>
        throw new MalformedFileException(section, (ulong)offset, problem);
}
