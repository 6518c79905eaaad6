using Microsoft.Win32.SafeHandles;

namespace SideEye.Cli.Output;

/// <summary>Standard output as bytes, and whether colours may go there.</summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;
    private const int BufferBytes = 64 << 10;

    /// <summary>
    /// Colours are for terminals, and not for people who said no (https://no-color.org).
    /// </summary>
    public static bool HasColours =>
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Opens standard output, buffered; dispose it to flush. A closed pipe throws
    /// <see cref="BrokenPipeException"/>.</summary>
    public static Stream Open()
    {
        // The console's own stream swallows a closed pipe, and a long query would run on for nobody. A FileStream
        // reports it, but writes files at an offset of its own, behind the back of whoever shares the descriptor.
        FileStream direct = new(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!direct.CanSeek)
            return new BufferedStream(new PipeStream(direct), BufferBytes);
        direct.Dispose();
        return new BufferedStream(Console.OpenStandardOutput(), BufferBytes);
    }

    /// <summary>A stream that tells a closed pipe from other failures.</summary>
    private sealed class PipeStream(FileStream inner) : Stream
    {
        private const int BrokenPipe = 32; // EPIPE

        private bool isBroken;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            // Disposal flushes once more: what is broken stays silent then.
            if (isBroken)
                return;
            try
            {
                inner.Write(bytes);
            }
            catch (IOException e) when ((e.HResult & 0xFFFF) == BrokenPipe)
            {
                isBroken = true;
                throw new BrokenPipeException(e);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
