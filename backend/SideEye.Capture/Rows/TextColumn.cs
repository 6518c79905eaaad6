using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace SideEye.Capture.Rows;

/// <summary>
/// A column of text as UTF-8. Names and files come from tables that hold each of them once, so the same string object
/// usually comes again and again: its bytes are then copied, not encoded.
/// </summary>
internal sealed class TextColumn() : Column(StringType.Default)
{
    private byte[] offsets = new byte[sizeof(int)];
    private byte[] text = [];
    private int length;
    private string? last;
    private int lastStart;
    private int lastLength;

    public void Append(string? value)
    {
        if (value is null)
        {
            EndValue();
            CountNull();
            return;
        }
        int start = length;
        if (ReferenceEquals(value, last))
        {
            Grow(ref text, checked(start + lastLength));
            text.AsSpan(lastStart, lastLength).CopyTo(text.AsSpan(start));
        }
        else
        {
            Grow(ref text, checked(start + Encoding.UTF8.GetByteCount(value)));
            lastLength = Encoding.UTF8.GetBytes(value, text.AsSpan(start));
            last = value;
        }
        length = start + lastLength;
        lastStart = start;
        EndValue();
        CountValid();
    }

    /// <summary>Appends text that is UTF-8 already.</summary>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        Grow(ref text, checked(length + utf8.Length));
        utf8.CopyTo(text.AsSpan(length));
        last = null;
        length += utf8.Length;
        EndValue();
        CountValid();
    }

    /// <summary>Bytes of text so far.</summary>
    public int Length => length;

    protected override ArrowBuffer[] TakeBuffers()
    {
        ArrowBuffer[] buffers = [Buffer(offsets, (Count + 1) * sizeof(int)), Buffer(text, length)];
        offsets = new byte[offsets.Length];
        text = new byte[text.Length];
        length = 0;
        last = null;
        return buffers;
    }

    /// <summary>Value i lies between offsets i and i + 1.</summary>
    private void EndValue()
    {
        int at = (Count + 1) * sizeof(int);
        Grow(ref offsets, at + sizeof(int));
        MemoryMarshal.Write(offsets.AsSpan(at), length);
    }
}
