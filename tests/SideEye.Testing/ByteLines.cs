using System.Text;

namespace SideEye.Testing;

/// <summary>Reads a stream that mixes lines with counted bytes.</summary>
internal sealed class ByteLines(Stream stream)
{
    private readonly byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;

    /// <summary>The next line without its end; null at the end of the stream.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellation)
    {
        using var line = new MemoryStream();
        while (start < end || await FillAsync(cancellation))
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            line.Write(buffer, start, length < 0 ? end - start : length);
            start = length < 0 ? end : start + length + 1;
            if (length >= 0)
            {
                return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
            }
        }

        return null;
    }

    /// <summary>The next so many bytes.</summary>
    /// <exception cref="EndOfStreamException">The stream ended before them.</exception>
    public async Task<byte[]> ReadAsync(int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            if (start == end && !await FillAsync(cancellation))
            {
                throw new EndOfStreamException($"the stream ended after {filled} of {count} bytes");
            }

            var taken = Math.Min(count - filled, end - start);
            buffer.AsSpan(start, taken).CopyTo(bytes.AsSpan(filled));
            start += taken;
            filled += taken;
        }

        return bytes;
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        start = 0;
        end = await stream.ReadAsync(buffer, cancellation);
        return end > 0;
    }
}
