using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using ZstdSharp;

namespace SideEye.Elf;

/// <summary>How a section is packed: the payload after its header and the size it unpacks to.</summary>
internal readonly record struct CompressedSection(
    bool IsZstd, ulong Size, int HeaderBytes, ReadOnlyMemory<byte> Payload);

/// <summary>Compressed sections (gABI "Section compression", and GNU's older .zdebug_ form).</summary>
internal static class SectionDecompression
{
    private const int HeaderSize = 24; // Elf64_Chdr
    private const int LegacyHeaderSize = 12; // "ZLIB" and the size, big-endian
    private const uint Zlib = 1; // ELFCOMPRESS_ZLIB
    private const uint Zstd = 2; // ELFCOMPRESS_ZSTD

    public static bool IsLegacyCompressed(ElfSection section, ReadOnlySpan<byte> stored) =>
        section.Name.StartsWith(".zdebug_", StringComparison.Ordinal) && stored.StartsWith("ZLIB"u8);

    public static CompressedSection ReadHeader(ElfSection section, ReadOnlyMemory<byte> stored)
    {
        ReadOnlySpan<byte> bytes = stored.Span;
        int headerSize = section.IsCompressed ? HeaderSize : LegacyHeaderSize;
        if (bytes.Length < headerSize)
        {
            throw new BadElfException(section.Name, 0,
                $"compression header needs {headerSize} bytes where the section has {bytes.Length}");
        }

        if (!section.IsCompressed)
        {
            ulong legacySize = BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]);
            return new CompressedSection(false, legacySize, headerSize, stored[headerSize..]);
        }

        uint method = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (method is not (Zlib or Zstd))
            throw new BadElfException(section.Name, 0, $"compression method {method} is neither zlib (1) nor zstd (2)");
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        return new CompressedSection(method == Zstd, size, headerSize, stored[headerSize..]);
    }

    /// <summary>Refuses sizes that the limits do not allow, before anything is allocated.</summary>
    public static void CheckSize(
        ElfSection section, in CompressedSection compressed, ElfLimits limits, long alreadyDecompressed)
    {
        const ulong offset = 8; // ch_size
        long sectionMax = Math.Min(limits.DecompressedSectionBytesMax, Array.MaxLength);
        if (compressed.Size > (ulong)sectionMax)
        {
            throw new BadElfException(section.Name, offset,
                $"decompressed size {compressed.Size} passes the limit of {sectionMax} bytes");
        }

        if (compressed.Size > (ulong)Math.Max(0, limits.DecompressedFileBytesMax - alreadyDecompressed))
        {
            throw new BadElfException(section.Name, offset,
                $"all sections together decompress to more than {limits.DecompressedFileBytesMax} bytes");
        }

        if (compressed.Size > (ulong)compressed.Payload.Length * (ulong)limits.CompressionRatioMax)
        {
            throw new BadElfException(section.Name, offset,
                $"decompressed size {compressed.Size} is more than {limits.CompressionRatioMax} times "
                + $"the {compressed.Payload.Length} compressed bytes");
        }
    }

    public static byte[] Decompress(ElfSection section, in CompressedSection compressed)
    {
        byte[] destination = GC.AllocateUninitializedArray<byte>((int)compressed.Size);
        try
        {
            int written = compressed.IsZstd
                ? UnpackZstd(compressed.Payload.Span, destination)
                : UnpackZlib(compressed.Payload, destination);
            if (written == destination.Length)
                return destination;
            throw new BadElfException(section.Name, (ulong)compressed.HeaderBytes,
                $"compressed bytes do not unpack to exactly {destination.Length} bytes");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ZstdException)
        {
            // IOException is what the inflater throws for a stream that wants a preset dictionary.
            throw new BadElfException(section.Name, (ulong)compressed.HeaderBytes,
                $"compressed bytes are damaged: {e.Message}");
        }
    }

    private static int UnpackZstd(ReadOnlySpan<byte> payload, byte[] destination)
    {
        using Decompressor decompressor = new();
        return decompressor.Unwrap(payload, destination);
    }

    private static unsafe int UnpackZlib(ReadOnlyMemory<byte> payload, byte[] destination)
    {
        using MemoryHandle pinned = payload.Pin();
        using UnmanagedMemoryStream source = new((byte*)pinned.Pointer, payload.Length);
        using ZLibStream inflated = new(source, CompressionMode.Decompress);
        int written = inflated.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        bool more = written == destination.Length && inflated.ReadByte() >= 0;
        return more ? -1 : written;
    }
}
