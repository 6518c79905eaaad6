using System.Buffers.Binary;
using System.Text;

namespace SideEye.Elf.Tests;

/// <summary>Writes little-endian tables by hand.</summary>
internal sealed class ByteWriter
{
    private readonly List<byte> bytes = [];

    public int Length => bytes.Count;

    public byte[] ToArray() => bytes.ToArray();

    public ByteWriter U8(params byte[] values)
    {
        bytes.AddRange(values);
        return this;
    }

    public ByteWriter U16(ushort value)
    {
        byte[] word = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(word, value);
        return U8(word);
    }

    public ByteWriter U32(uint value)
    {
        byte[] word = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(word, value);
        return U8(word);
    }

    public ByteWriter U64(ulong value)
    {
        byte[] word = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, value);
        return U8(word);
    }

    public ByteWriter Uleb(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            U8((byte)(value | 0x80));
        return U8((byte)value);
    }

    public ByteWriter Sleb(long value)
    {
        for (; value is < -64 or > 63; value >>= 7)
            U8((byte)(value | 0x80));
        return U8((byte)(value & 0x7f));
    }

    /// <summary>A string with its NUL.</summary>
    public ByteWriter Text(string text) => U8(Encoding.UTF8.GetBytes(text)).U8(0);

    public ByteWriter PadTo(int length)
    {
        while (bytes.Count < length)
            bytes.Add(0);
        return this;
    }
}
