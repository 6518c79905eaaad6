using System.Buffers;
using Google.Protobuf;

namespace SideEye.ControlPlane.Queries.Workers;

/// <summary>Messages over a pipe, each behind its length as a varint.</summary>
/// <remarks>One reader and any number of writers.</remarks>
internal sealed class MessageStream(Stream input, Stream output, int bytesMax) : IDisposable
{
    private readonly BufferedStream buffered = new(input, 64 << 10);
    private readonly SemaphoreSlim writing = new(1);

    /// <summary>The next message; null when the other side has closed.</summary>
    /// <exception cref="InvalidDataException">It is larger than may be, or no such message.</exception>
    /// <exception cref="IOException">The pipe broke.</exception>
    public async Task<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken stop)
        where T : class, IMessage<T>
    {
        if (await LengthAsync(stop).ConfigureAwait(false) is not int length)
            return null;
        byte[] bytes = new byte[length];
        await buffered.ReadExactlyAsync(bytes, stop).ConfigureAwait(false);
        try
        {
            return parser.ParseFrom(UnsafeByteOperations.UnsafeWrap(bytes));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"what came is no {typeof(T).Name}: {e.Message}", e);
        }
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="IOException">The other side is gone.</exception>
    public async ValueTask WriteAsync(IMessage message, CancellationToken stop)
    {
        int size = message.CalculateSize();
        ArrayBufferWriter<byte> bytes = new(size + 5);
        uint length = (uint)size;
        for (; length >= 0x80; length >>= 7)
            bytes.Write([(byte)(length | 0x80)]);
        bytes.Write([(byte)length]);
        message.WriteTo(bytes);
        await writing.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            // Half a message would be the end of all: it is written or the pipe is broken.
            await output.WriteAsync(bytes.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        buffered.Dispose();
        output.Dispose();
        writing.Dispose();
    }

    private async Task<int?> LengthAsync(CancellationToken stop)
    {
        byte[] one = new byte[1];
        uint length = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            if (await buffered.ReadAsync(one, stop).ConfigureAwait(false) == 0)
                return shift == 0 ? null : throw new EndOfStreamException("a message broke off");
            length |= (uint)(one[0] & 0x7f) << shift;
            if (one[0] < 0x80)
            {
                return length <= (uint)bytesMax ? (int)length
                    : throw new InvalidDataException($"a message has {length} bytes, more than {bytesMax}");
            }
        }
        throw new InvalidDataException("a message has no length");
    }
}
