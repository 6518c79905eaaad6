using SideEye.Target;

namespace SideEye.Elf;

/// <summary>
/// The bytes of sections; decompresses those that need it, each once, unless that was done at an earlier time and kept.
/// </summary>
internal sealed class SectionContents(
    ReadOnlyMemory<byte> file, int sectionCount, ElfLimits limits, KeptParts? kept)
{
    private const int EndBytes = 4096;

    private readonly CheckedBytes?[] decompressed = new CheckedBytes?[sectionCount];
    private readonly Lock decompressing = new();
    private long decompressedBytes;

    public CheckedBytes Open(ElfSection section)
    {
        if (!section.HasFileBytes)
            return new CheckedBytes(default);
        ReadOnlyMemory<byte> stored = Stored(section);
        if (!section.IsCompressed && !SectionDecompression.IsLegacyCompressed(section, stored.Span))
            return new CheckedBytes(stored);
        lock (decompressing)
        {
            if (decompressed[section.Index] is { } known)
                return known;
            CompressedSection compressed = SectionDecompression.ReadHeader(section, stored);
            SectionDecompression.CheckSize(section, compressed, limits, decompressedBytes);
            byte[] Decompress() => SectionDecompression.Decompress(section, compressed);
            CheckedBytes? bytes = kept?.TryOpenPart(section.Name, IdentityOf(section), Decompress);
            if ((ulong?)bytes?.Length != compressed.Size)
                bytes = new CheckedBytes(Decompress());
            decompressedBytes += bytes.Length;
            decompressed[section.Index] = bytes;
            return bytes;
        }
    }

    public bool IsCompressed(ElfSection section) => section.HasFileBytes
        && (section.IsCompressed || SectionDecompression.IsLegacyCompressed(section, Stored(section).Span));

    /// <summary>
    /// A number for the contents of a section, read from a few of its bytes. The end of compressed ones depends on all
    /// of them: that of zlib's is a checksum of what was compressed (RFC 1950).
    /// </summary>
    public ulong IdentityOf(ElfSection section)
    {
        ReadOnlySpan<byte> stored = section.HasFileBytes ? Stored(section).Span : default;
        int length = Math.Min(EndBytes, stored.Length);
        return ContentChecksum.Of(stored[..length]) ^ (ContentChecksum.Of(stored[^length..]) * 3)
            ^ (section.Size << 32) ^ section.Offset;
    }

    private ReadOnlyMemory<byte> Stored(ElfSection section)
    {
        if (section.Offset > (ulong)file.Length || section.Size > (ulong)file.Length - section.Offset)
        {
            throw new BadElfException(section.Name, 0,
                $"file range 0x{section.Offset:x}, size 0x{section.Size:x} passes the end of the file "
                + $"(0x{file.Length:x} bytes)");
        }

        return file.Slice((int)section.Offset, (int)section.Size);
    }
}
